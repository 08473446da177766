import { onPath } from "../e2e/output.ts";
import type { Result } from "./result.ts";
import { type Script, SCRIPTS } from "./scripts.ts";

/** For how long a script may run, in milliseconds. */
const PATIENCE = 300_000;

/** How many scripts are played at the same time: they mostly wait, and each has ports of its own. */
const SIDE_BY_SIDE = 3;

/** Runs scripts, and judges what they print. */
export async function playScripts(
  names: readonly string[],
  { folder, executable, tell }: {
    readonly folder: string;
    readonly executable: string;
    readonly tell: (result: Result) => void;
  },
): Promise<void> {
  const playable: (readonly [string, Script])[] = [];
  for (const name of names) {
    const script = SCRIPTS[name];
    if (script === undefined) continue;
    const skipped = await lackOf(script);
    if (skipped === undefined) playable.push([name, script]);
    else tell({ name, faults: [], skipped });
  }
  const { alone = [], others = [] } = Object.groupBy(
    playable,
    ([, script]) => script.alone === true ? "alone" : "others",
  );
  const again: typeof playable = [];
  const playAll = async (scripts: Iterable<typeof playable[number]>) => {
    for (const [name, script] of scripts) {
      const faults = script.judge(await run(name));
      if (faults.length === 0) tell({ name, faults });
      else again.push([name, script]);
    }
  };
  const left = others.values();
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, () => playAll(left)));
  await playAll(alone);
  // They wait a moment for their servers, which is too short where much else is done.
  for (const [name, script] of again) tell({ name, faults: script.judge(await run(name)) });

  async function run(name: string): Promise<readonly string[]> {
    const { stdout } = await new Deno.Command("bash", {
      args: ["-c", 'exec bash "$1" 2>&1', "bash", `${folder}/${name}`],
      cwd: "/",
      env: { K: executable },
      stdin: "null",
      stderr: "null",
      signal: AbortSignal.timeout(PATIENCE),
    }).output();
    return new TextDecoder().decode(stdout).trimEnd().split("\n");
  }
}

/** Why a script cannot be played here, if it cannot. */
async function lackOf({ needs, asRoot }: Script): Promise<string | undefined> {
  const missing = [];
  for (const program of ["python3", ...needs]) {
    if (!await onPath(program)) missing.push(program);
  }
  if (missing.length > 0) return `${missing.join(", ")} missing`;
  return asRoot && Deno.uid() !== 0 ? "it needs root" : undefined;
}

import { onPath } from "../e2e/output.ts";
import type { Result } from "./result.ts";
import { SCRIPTS } from "./scripts.ts";

/** For how long a script may run, in milliseconds. */
const PATIENCE = 300_000;

/** Runs scripts one after the other, and judges what they print. */
export async function playScripts(
  names: readonly string[],
  { folder, executable, tell }: {
    readonly folder: string;
    readonly executable: string;
    readonly tell: (result: Result) => void;
  },
): Promise<void> {
  for (const name of names) {
    const script = SCRIPTS[name];
    if (script === undefined) continue;
    const missing = [];
    for (const program of ["python3", ...script.needs]) {
      if (!await onPath(program)) missing.push(program);
    }
    const skipped = missing.length > 0
      ? `${missing.join(", ")} missing`
      : script.asRoot && Deno.uid() !== 0
      ? "it needs root"
      : undefined;
    if (skipped !== undefined) {
      tell({ name, faults: [], skipped });
      continue;
    }
    const first = script.judge(await run(name));
    // The scripts wait a moment for their servers, which is too short where much else is done.
    tell({ name, faults: first.length === 0 ? first : script.judge(await run(name)) });
  }

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

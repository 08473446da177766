import { fileURLToPath } from "node:url";
import { output } from "../../tools/e2e/output.ts";

const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));

/** What {@linkcode evaluate} is given. */
export interface Surroundings {
  /** Shell scripts that are all there is on the PATH, by their names. */
  readonly programs?: Readonly<Record<string, string>>;
  /** Other variables. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Evaluates an expression in a process of its own, since the PATH is one for all tests of a process.
 * @param module the module that it is about, imported as `subject`
 * @returns its value, and how the programs were called, in order
 * @throws {Error} when it throws, with what it printed
 */
export async function evaluate(
  module: string,
  expression: string,
  { programs = {}, env = {} }: Surroundings = {},
): Promise<{ readonly value: unknown; readonly calls: readonly string[] }> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, script] of Object.entries(programs)) {
      const whole = `#!/bin/sh\necho "${name} $*" >> ${folder}/calls\n${script}\n`;
      await Deno.writeTextFile(`${folder}/${name}`, whole, { mode: 0o755 });
    }
    await Deno.writeTextFile(`${folder}/calls`, "");
    const url = new URL(module, `file://${REPOSITORY}`).href;
    const code = `import * as subject from ${JSON.stringify(url)};
const env = (name) => Deno.env.get(name);
console.log(JSON.stringify(await (${expression}) ?? null));`;
    const config = `${REPOSITORY}deno.json`;
    // What chooses a cluster in this process is not to choose one there.
    const printed = await output(
      [Deno.execPath(), "eval", "--quiet", "--config", config, code],
      { env: { ...UNSET, ...env, PATH: folder } },
    );
    const calls = await Deno.readTextFile(`${folder}/calls`);
    return {
      value: JSON.parse(printed),
      calls: calls.split("\n").filter((call) => call !== ""),
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const UNSET = Object.fromEntries(
  [
    ...["KUBECONFIG", "KIND_EXPERIMENTAL_PROVIDER", "KOORDINATOR_CLUSTER"],
    ...["KOORDINATOR_E2E_CLUSTER", "KOORDINATOR_E2E_LOAD"],
  ].map((name) => [name, ""]),
);

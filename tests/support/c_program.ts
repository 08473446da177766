/** True where a C compiler is there, which .ci/run installs. */
export const HAS_CC = runs("cc");

/** Whether a program can be executed on this machine. */
export function runs(program: string): boolean {
  try {
    return new Deno.Command(program, { args: ["--version"] }).outputSync().success;
  } catch {
    return false;
  }
}

/** How a program is compiled. */
export interface CompileOptions {
  /** Sources compiled with it, in the same folder. */
  readonly with?: readonly string[];
  /** Linked with no shared library, to start in an empty root. */
  readonly static?: boolean;
}

const FLAGS = ["-O2", "-Wall", "-Wextra", "-Werror"];

let folder: string | undefined;
const compiled = new Map<string, Promise<string>>();

/**
 * Compiles `tests/start/NAME.c` into a temporary folder, once a run.
 *
 * @returns the path of the executable
 * @throws {Error} with the compiler's words
 */
export function cProgram(name: string, options: CompileOptions = {}): Promise<string> {
  const program = compiled.get(name) ?? compile(name, options);
  compiled.set(name, program);
  return program;
}

async function compile(name: string, options: CompileOptions): Promise<string> {
  if (folder === undefined) {
    // Not in /tmp, over which a test may mount something else.
    const cache = new URL("../../.cache", import.meta.url).pathname;
    await Deno.mkdir(cache, { recursive: true });
    const made = folder = await Deno.makeTempDir({ dir: cache });
    globalThis.addEventListener("unload", () => Deno.removeSync(made, { recursive: true }));
  }
  const output = `${folder}/${name}`;
  const sources = [name, ...options.with ?? []].map((source) =>
    new URL(`../start/${source}.c`, import.meta.url).pathname
  );
  const { success, stderr } = await new Deno.Command("cc", {
    args: [...FLAGS, ...options.static === true ? ["-static"] : [], "-o", output, ...sources],
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(`${name}.c: ${new TextDecoder().decode(stderr)}`);
  return output;
}

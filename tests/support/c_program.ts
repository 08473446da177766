import { fileURLToPath } from "node:url";
import { plainFolder } from "./plain_place.ts";

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
  /** More arguments of the compiler. */
  readonly flags?: readonly string[];
  /** The folder in tests/. @default "start" */
  readonly folder?: string;
}

const FLAGS = ["-O2", "-Wall", "-Wextra", "-Werror"];

let folder: string | undefined;
const compiled = new Map<string, Promise<string>>();

/**
 * Compiles `tests/FOLDER/NAME.c` into a temporary folder, once a run.
 *
 * @returns the path of the executable
 * @throws {Error} with the compiler's words
 */
export function cProgram(name: string, options: CompileOptions = {}): Promise<string> {
  const key = [name, ...options.flags ?? []].join(" ");
  const program = compiled.get(key) ?? compile(name, options);
  compiled.set(key, program);
  return program;
}

async function compile(name: string, options: CompileOptions): Promise<string> {
  folder ??= await plainFolder();
  const output = `${await Deno.makeTempDir({ dir: folder })}/${name}`;
  const sources = [name, ...options.with ?? []].map((source) =>
    fileURLToPath(new URL(`../${options.folder ?? "start"}/${source}.c`, import.meta.url))
  );
  const { success, stderr } = await new Deno.Command("cc", {
    args: [
      ...FLAGS,
      ...options.static === true ? ["-static"] : [],
      ...options.flags ?? [],
      ...["-o", output, ...sources],
    ],
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(`${name}.c: ${new TextDecoder().decode(stderr)}`);
  return output;
}

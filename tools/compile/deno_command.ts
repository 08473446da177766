/** A command line of Deno: the program and its first arguments. */
export type DenoCommand = readonly [string, ...string[]];

/** What `deno compile` appends a program to is of the same line, so that it can read it. */
const OLDEST = "2.6.8";

/** The program's format changed between lines, and has not been tried beyond. */
const TRIED = "2.9";

/**
 * A Deno of a version's line, whose programs its runtime can read: this one if it is, else the one of
 * that version that npm or PyPI has.
 *
 * @param cache a folder that keeps what PyPI brought
 * @throws {Error} saying what to install, if it cannot be had
 */
export async function findDeno(version: string, cache: string): Promise<DenoCommand> {
  if (lineOf(version) === lineOf(Deno.version.deno)) return [Deno.execPath()];
  const fromNpm: DenoCommand = ["npx", "-y", `deno@${version}`];
  if (await runs(fromNpm)) return fromNpm;
  const program = `${cache}/deno-${version}/bin/deno`;
  if (!await runs([program])) await installFromPyPI(version, `${cache}/deno-${version}`);
  if (await runs([program])) return [program];
  throw new Error(
    `the runtime is of Deno ${version}, whose \`deno\` cannot be had: run this task with that Deno`,
  );
}

/** Its releases differ in no more than the last number. */
function lineOf(version: string): string {
  return version.split(".").slice(0, 2).join(".");
}

/**
 * The version that a runtime says it is of.
 *
 * @throws {Error} if it is no runtime of Deno, or one that koordinator was never built with
 */
export function versionOfRuntime(runtime: Uint8Array<ArrayBuffer>): string {
  const text = new TextDecoder("latin1").decode(runtime);
  const version = /Deno\/([2-9]\.\d+\.\d+)/.exec(text)?.[1];
  if (version === undefined) {
    throw new Error("DENORT_BIN is no runtime of Deno: `denort` is wanted, of the same version");
  }
  if (compare(version, OLDEST) < 0 || compare(version, `${TRIED}.999`) > 0) {
    throw new Error(`the runtime is of Deno ${version}: ${OLDEST} to ${TRIED} can be sealed`);
  }
  return version;
}

/**
 * The version of V8 in a runtime.
 *
 * @throws {Error} if it names none
 */
export function v8OfRuntime(runtime: Uint8Array<ArrayBuffer>): string {
  const text = new TextDecoder("latin1").decode(runtime);
  const version = /\b\d+\.\d+\.\d+\.\d+-rusty\b/.exec(text)?.[0];
  if (version === undefined) throw new Error("the runtime names no version of V8");
  return version;
}

function compare(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split(".").map(Number));
  for (const [index, number] of (left ?? []).entries()) {
    const difference = number - (right?.[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

async function installFromPyPI(version: string, folder: string): Promise<void> {
  const install = ["-m", "pip", "install", "--quiet", "--no-deps", "--prefix", folder];
  await succeeds("python3", [...install, "--ignore-installed", `deno==${version}`]);
}

function runs([program, ...first]: DenoCommand): Promise<boolean> {
  return succeeds(program, [...first, "--version"]);
}

async function succeeds(program: string, args: readonly string[]): Promise<boolean> {
  try {
    const command = new Deno.Command(program, {
      args: [...args],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    });
    return (await command.output()).success;
  } catch {
    return false;
  }
}

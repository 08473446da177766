import { runProgram } from "../support/run_program.ts";
import { Elf, PT_INTERP } from "./elf.ts";
import { remedyOf } from "./loader.ts";
import { libraryNames, mergedInto } from "./needed.ts";
import { isHost, type Target } from "../support/target.ts";

/**
 * The dynamic loader and the libraries that a runtime needs, by name and path: this machine's own, or
 * those of its cross compiler.
 *
 * @param runtime an executable of the target
 * @throws {Error} if this machine does not have one of them
 */
export async function findLibraries(
  target: Target,
  runtime: string,
): Promise<ReadonlyMap<string, string>> {
  const elf = new Elf(await Deno.readFile(runtime));
  const interpreter = elf.text(elf.segment(PT_INTERP).offset);
  const names = [interpreter.split("/").at(-1) ?? "", ...libraryNames(elf)].sort();
  const path = isHost(target)
    ? await listed(interpreter, runtime)
    : (name: string) => `${target.crossLibraries}/${name}`;
  const libc = await Deno.readFile(existing(path("libc.so.6"), target));
  const merged = mergedInto(libc, names);
  return new Map(
    names.filter((name) => !merged.has(name)).map((name) => [name, existing(path(name), target)]),
  );
}

/** What the dynamic loader itself would take. */
async function listed(interpreter: string, runtime: string): Promise<(name: string) => string> {
  const listing = await runProgram(interpreter, ["--list", runtime], "build on a glibc system");
  const paths = new Map(
    [...listing.matchAll(/^\s*(\S+) => (\/\S+)/gm)].map(([, name = "", path = ""]) => [name, path]),
  );
  return (name) => name.startsWith("ld-linux") ? interpreter : paths.get(name) ?? name;
}

function existing(path: string, target: Target): string {
  try {
    return Deno.realPathSync(path);
  } catch (cause) {
    throw new Error(`${path} is missing: ${remedyOf(target)}`, { cause });
  }
}

/** The Debian package that a file came from, and its version; null where dpkg does not know. */
export async function packageOf(
  path: string,
): Promise<{ readonly name: string; readonly version: string } | null> {
  // dpkg knows /lib/... where a merged /usr makes it /usr/lib/...
  for (const candidate of [path, path.replace(/^\/usr/, "")]) {
    const owner = await quietly("dpkg-query", ["--search", candidate]);
    const name = /^([^:,\s]+)/.exec(owner ?? "")?.[1];
    if (name === undefined) continue;
    const version = await quietly("dpkg-query", ["--show", "--showformat=${Version}\n", name]);
    if (version !== undefined) return { name, version: version.trim().split("\n")[0] ?? "" };
  }
  return null;
}

async function quietly(program: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const command = new Deno.Command(program, { args: [...args], stderr: "null" });
    const { success, stdout } = await command.output();
    return success ? new TextDecoder().decode(stdout) : undefined;
  } catch {
    return undefined;
  }
}

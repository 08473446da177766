import { call } from "./call.ts";
import { Elf, PT_INTERP } from "./elf.ts";
import { remedyOf } from "./loader.ts";
import { isHost, type Target } from "./target.ts";

/** The C library that a sealed program carries, by the paths of its files. */
export interface Libraries {
  /** ld.so. */
  readonly interpreter: string;
  /**
   * The file of a DT_NEEDED name.
   *
   * @throws {Error} if this machine does not have it
   */
  readonly path: (name: string) => string;
}

/** The C library for a runtime: this machine's own, or the one of its cross compiler. */
export async function findLibraries(target: Target, runtime: string): Promise<Libraries> {
  const elf = new Elf(await Deno.readFile(runtime));
  const interpreter = elf.text(elf.segment(PT_INTERP).offset);
  if (!isHost(target)) {
    const file = (path: string) => `${target.crossLibraries}/${path.split("/").at(-1)}`;
    return {
      interpreter: existing(file(interpreter), target),
      path: (name) => existing(file(name), target),
    };
  }
  const listing = await call(interpreter, ["--list", runtime], "build on a glibc system");
  const paths = new Map(
    [...listing.matchAll(/^\s*(\S+) => (\/\S+)/gm)].map(([, name = "", path = ""]) => [name, path]),
  );
  return {
    interpreter,
    path: (name) => {
      const path = paths.get(name);
      if (path === undefined) throw new Error(`the runtime needs ${name}, not on this machine`);
      return path;
    },
  };
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
  for (const candidate of new Set([path, await Deno.realPath(path), path.replace(/^\/usr/, "")])) {
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

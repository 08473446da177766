/** The programs that take part, as files of this machine. */
import { fileURLToPath } from "node:url";
import { onPath, output } from "../e2e/output.ts";

/**
 * Compiles the probe, static, so that it runs in any image.
 * @param into the folder that it is made in
 * @returns its path
 */
export async function compileProbe(into: string): Promise<string> {
  return await compileStatic(new URL("programs/probe.c", import.meta.url), into, "probe");
}

/**
 * Compiles a program, static, by musl where it is there.
 *
 * @returns its path
 * @throws {Error} if there is no compiler, or the source is wrong
 */
export async function compileStatic(source: URL, into: string, name: string): Promise<string> {
  await Deno.mkdir(into, { recursive: true });
  // musl's start is the shortest; where it is not there glibc's does.
  const compiler = await onPath("musl-gcc") ? "musl-gcc" : "cc";
  if (!await onPath(compiler)) {
    throw new Error("the bench needs a C compiler: apt-get install musl-tools");
  }
  const program = `${into}/${name}`;
  const flags = ["-O2", "-Wall", "-Wextra", "-Werror", "-static"];
  await output([compiler, ...flags, "-o", program, fileURLToPath(source)]);
  return program;
}

/** An init that is found in a Debian package. */
export interface PackagedInit {
  readonly name: string;
  readonly package: string;
  /** Where it may be, static ones first. */
  readonly programs: readonly string[];
}

export const PACKAGED_INITS: readonly PackagedInit[] = [
  { name: "tini", package: "tini", programs: ["/usr/bin/tini-static", "/usr/bin/tini"] },
  { name: "dumb-init", package: "dumb-init", programs: ["/usr/bin/dumb-init"] },
];

/** Where an init is; undefined if it is not installed. */
export async function findInit({ programs }: PackagedInit): Promise<string | undefined> {
  for (const program of programs) {
    if (await Deno.stat(program).then(({ isFile }) => isFile, () => false)) return program;
  }
  return undefined;
}

/** A program with what it is linked to, interpreter included, for an image that has nothing else. */
export async function withLibraries(program: string): Promise<readonly string[]> {
  const listed = await new Deno.Command("ldd", { args: [program], stderr: "null" }).output();
  const text = new TextDecoder().decode(listed.stdout);
  const files = [...text.matchAll(/(\/\S+) \(0x/g)].map(([, file = ""]) => file);
  return [program, ...files];
}

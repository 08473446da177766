import { parseArgs } from "@std/cli/parse-args";
import { KoordinatorError } from "../errors.ts";
import { VERSION } from "../version.ts";

/** `koordinator version [--verbose]`: prints the version, and what it was built from. */
export function version(args: readonly string[]): number {
  const { verbose, _: rest, ...unknown } = parseArgs(args, { boolean: ["verbose"] });
  if (rest.length > 0 || Object.keys(unknown).length > 0) {
    throw new KoordinatorError("koordinator version takes --verbose alone");
  }
  const lines = [`koordinator ${VERSION}`];
  if (verbose === true) {
    lines.push(
      `deno ${Deno.version.deno}`,
      `v8 ${Deno.version.v8}`,
      `libc glibc ${glibcVersion()}`,
      `architecture ${Deno.build.arch}`,
      ...buildInputs(),
    );
  }
  console.log(lines.join("\n"));
  return 0;
}

/** Of the C library that this process has in fact (gnu_get_libc_version(3)). */
function glibcVersion(): string {
  const { symbols } = Deno.dlopen("libc.so.6", {
    gnu_get_libc_version: { parameters: [], result: "pointer" },
  });
  const text = symbols.gnu_get_libc_version();
  return text === null ? "unknown" : new Deno.UnsafePointerView(text).getCString();
}

/** What tools/compile.ts wrote: a line for the runtime, each library, each package, and so on. */
function buildInputs(): readonly string[] {
  let text: string;
  try {
    text = Deno.readTextFileSync(new URL("build.txt", import.meta.url));
  } catch {
    return ["build inputs: none, these are the sources"];
  }
  return text.trimEnd().split("\n");
}

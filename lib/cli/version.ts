import { parseArgs } from "@std/cli/parse-args";
import { KoordinatorError } from "../errors.ts";
import { VERSION } from "../version.ts";

/** `koordinator version [--verbose]`: prints the version, and what it was built from. */
export function version(args: readonly string[]): number {
  const { verbose, _: rest, ...unknown } = parseArgs(args, { boolean: ["verbose"] });
  if (rest.length > 0 || Object.keys(unknown).length > 0) {
    throw new KoordinatorError("koordinator version takes --verbose alone");
  }
  console.log(`koordinator ${VERSION}`);
  if (verbose === true) {
    console.log(`deno ${Deno.version.deno}`);
    console.log(`v8 ${Deno.version.v8}`);
    console.log(`architecture ${Deno.build.arch}`);
  }
  return 0;
}

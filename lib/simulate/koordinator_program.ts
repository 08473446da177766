import { fileURLToPath } from "node:url";
import { KoordinatorError } from "../errors.ts";

/**
 * The command line of the supervisor that is played: this executable, or, run from the sources, the
 * compiled one if there is one, else the sources.
 *
 * @throws {KoordinatorError} if this is no Linux, which supervisors need
 */
export function supervisorProgram(): readonly string[] {
  if (Deno.build.os !== "linux") {
    throw new KoordinatorError("real processes are played on Linux alone", {
      hint: "without --real the same is played in virtual time, on every system",
    });
  }
  if (Deno.build.standalone) return [Deno.execPath()];
  const compiled = fileURLToPath(new URL("../../dist/koordinator", import.meta.url));
  if (isThere(compiled)) return [compiled];
  const main = fileURLToPath(new URL("../../main.ts", import.meta.url));
  return [Deno.execPath(), "run", "--quiet", "-A", main];
}

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

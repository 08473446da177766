import { KoordinatorError } from "../errors.ts";
import { openStderr } from "../stderr.ts";
import { format } from "./termination_message.ts";

export { leaveTerminationMessage } from "./termination_message.ts";

/** An error as users see it, a line each: what was wrong, then what to do. */
export function linesOf(error: unknown): readonly string[] {
  if (error instanceof KoordinatorError) {
    return error.hint === undefined ? [error.message] : [error.message, error.hint];
  }
  return (error instanceof Error ? error.stack ?? error.message : String(error)).split("\n");
}

/** Prints it on stderr; that nobody reads there is no reason to stay. */
export async function printError(error: unknown): Promise<void> {
  if (!Deno.build.standalone) {
    // From the sources: an author's machine, of any system, where no command shares stderr.
    console.error(format(linesOf(error)));
    return;
  }
  const stderr = openStderr((dropped) => `koordinator: ${dropped} lines were dropped`);
  stderr.write(format(linesOf(error)));
  await stderr.finish();
}

import { ExitCode, KoordinatorError } from "../errors.ts";
import { hasRawBytes } from "./arguments.ts";
import { cString } from "./libc.ts";
import { exists } from "./process_calls.ts";

/** What is told of a file whose folder may not be searched. */
const DENIED = "permission denied";

/** The path that execvp(3) searches when PATH is not set. */
const DEFAULT_PATH = "/bin:/usr/bin";

/**
 * Finds the file to execute as a shell does: a name with a slash as it is, others along PATH.
 *
 * @throws {KoordinatorError} 127 if there is none, 126 if none may be executed
 */
export function findExecutable(command: string, path: string | undefined): string {
  if (command === "") throw notFound(command, "the name is empty");
  if (command.includes("/")) {
    const fault = faultOf(command);
    if (fault === undefined) return command;
    throw fault === "missing" ? notFound(command, "no such file") : cannotExecute(command, fault);
  }
  let refused: KoordinatorError | undefined;
  for (const folder of (path ?? DEFAULT_PATH).split(":")) {
    const candidate = `${folder === "" ? "." : folder}/${command}`;
    const fault = faultOf(candidate);
    if (fault === undefined) return candidate;
    // A folder of PATH that may not be searched holds nothing, as for a shell.
    if (fault !== "missing" && fault !== DENIED) refused ??= cannotExecute(candidate, fault);
  }
  throw refused ?? notFound(command, `not in PATH (${path ?? DEFAULT_PATH})`);
}

/** The error for a command that does not exist. */
export function notFound(command: string, why: string): KoordinatorError {
  return new KoordinatorError(`${command}: ${why}`, {
    exitCode: ExitCode.notFound,
    hint: "check the command and the image that the container runs",
  });
}

/** The error for a command that is there and cannot be executed. */
export function cannotExecute(command: string, why: string): KoordinatorError {
  return new KoordinatorError(`${command}: ${why}`, {
    exitCode: ExitCode.cannotExecute,
    hint: "check the file's mode, its architecture and the user of the container",
  });
}

function faultOf(file: string): string | undefined {
  // Of a name that Deno cannot write only exec tells more.
  if (hasRawBytes(file)) return exists(cString(file)) ? undefined : "missing";
  try {
    const { isDirectory, mode } = Deno.statSync(file);
    if (isDirectory) return "is a directory";
    return ((mode ?? 0) & 0o111) === 0 ? "is not executable" : undefined;
  } catch (error) {
    return error instanceof Deno.errors.PermissionDenied ? DENIED : "missing";
  }
}

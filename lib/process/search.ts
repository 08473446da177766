import { ExitCode, KoordinatorError } from "../errors.ts";
import { hasRawBytes } from "../linux/arguments.ts";
import { searchPath } from "../linux/environment.ts";
import { cString } from "../linux/libc.ts";
import { statusByPath } from "../linux/file_calls.ts";

/** What is told of a file whose folder may not be searched. */
const DENIED = "permission denied";

/** The path that execvp(3) searches when PATH is not set. */
const DEFAULT_PATH = "/bin:/usr/bin";

/**
 * Finds the file to execute as a shell does: a name with a slash as it is, others along the PATH that the command is
 * to find.
 *
 * @throws {KoordinatorError} 127 if there is none, 126 if none may be executed
 */
export function findExecutable(command: string): string {
  if (command === "") throw notFound(command, "the name is empty");
  if (command.includes("/")) {
    const fault = faultOf(command);
    if (fault === undefined) return command;
    throw fault === "missing" ? notFound(command, "no such file") : cannotExecute(command, fault);
  }
  const path = searchPath() ?? DEFAULT_PATH;
  let refused: KoordinatorError | undefined;
  for (const folder of path.split(":")) {
    const candidate = `${folder === "" ? "." : folder}/${command}`;
    const fault = faultOf(candidate);
    if (fault === undefined) return candidate;
    // A folder of PATH that may not be searched holds nothing, as for a shell.
    if (fault !== "missing" && fault !== DENIED) refused ??= cannotExecute(candidate, fault);
  }
  throw refused ?? notFound(command, `not in PATH (${path})`);
}

/** The error for a command that does not exist. */
export function notFound(command: string, why: string, hint = hintFor(command)): KoordinatorError {
  return new KoordinatorError(`${command}: ${why}`, { exitCode: ExitCode.notFound, hint });
}

/** The error for a command that is there and cannot be executed. */
export function cannotExecute(
  command: string,
  why: string,
  hint = "check the file's mode, its architecture and the user of the container",
): KoordinatorError {
  return new KoordinatorError(`${command}: ${why}`, { exitCode: ExitCode.cannotExecute, hint });
}

function hintFor(command: string): string {
  return /\s/.test(command)
    ? "a command is a list of words, and this one has spaces: write each word for itself, or " +
      '["sh", "-c", "the whole line"]'
    : "check the command and the image that the container runs";
}

function faultOf(file: string): string | undefined {
  if (hasRawBytes(file)) return faultOfRaw(file);
  try {
    const { isDirectory, mode } = Deno.statSync(file);
    return faultOfMode(isDirectory, mode ?? 0);
  } catch (error) {
    return error instanceof Deno.errors.PermissionDenied ? DENIED : "missing";
  }
}

function faultOfMode(isDirectory: boolean, mode: number): string | undefined {
  if (isDirectory) return "is a directory";
  return (mode & 0o111) === 0 ? "is not executable" : undefined;
}

/** Of a name that Deno's own functions cannot take. */
function faultOfRaw(file: string): string | undefined {
  const status = statusByPath(cString(file));
  if (status === undefined) return "missing";
  return faultOfMode(status.kind === "folder", status.mode);
}

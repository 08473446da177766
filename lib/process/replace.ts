import { KoordinatorError } from "../errors.ts";
import { SIGNALS } from "../spec/signal.ts";
import { cString, cStrings, Errno, errno, libc } from "./libc.ts";
import { cannotExecute, findExecutable, notFound } from "./search.ts";

/**
 * Becomes the command (execve(2)): same pid, no process and no memory stays. Deno's descriptors are
 * close-on-exec and its handlers end with the program; only SIGPIPE, which it ignores, would be
 * inherited.
 *
 * @throws {KoordinatorError} 127 or 126 if the command cannot be executed
 */
export function replaceProcess(argv: readonly string[]): never {
  const file = findExecutable(argv[0] ?? "", Deno.env.get("PATH"));
  const { array: args, strings } = cStrings(argv);
  const { array: environment, strings: variables } = cStrings(environmentStrings());
  libc().signal(SIGNALS.SIGPIPE, 0n);
  libc().execve(cString(file), args, environment);
  const error = executionError(file, errno());
  // The texts are kept alive up to here: execve reads them through their addresses.
  if (strings.length + variables.length < 0) throw error;
  throw error;
}

/** The environment as `NAME=value`. */
export function environmentStrings(): readonly string[] {
  return Object.entries(Deno.env.toObject()).map(([name, value]) => `${name}=${value}`);
}

/** What an errno of exec means for a file that was found. */
export function executionError(file: string, code: number): KoordinatorError {
  switch (code) {
    case Errno.ENOENT:
      return notFound(file, "its interpreter (#! line or dynamic loader) does not exist");
    case Errno.ENOEXEC:
      return cannotExecute(file, "not a program that this machine can execute");
    case Errno.EACCES:
      return cannotExecute(file, "permission denied");
    default:
      return cannotExecute(file, `cannot be executed (errno ${code})`);
  }
}

import { KoordinatorError } from "../errors.ts";
import { SIGNALS } from "../spec/signal.ts";
import { inheritedSignals } from "./inherited.ts";
import { cString, cStrings, environment, Errno, errnoOf } from "./libc.ts";
import { beforeSeal, letSignalsEndPid1 } from "./sealed.ts";
import { execve } from "./process_calls.ts";
import { cannotExecute, findExecutable, notFound } from "./search.ts";
import { resetSignal, setSignalMask } from "./signal_calls.ts";

/**
 * Becomes the command (execve(2)): same pid, no process and no memory stays. Deno's descriptors are
 * close-on-exec; the mask becomes that of koordinator's own start again. Where signals were listened
 * to, `forget` of signals.ts comes first.
 *
 * @throws {KoordinatorError} 127 or 126 if the command cannot be executed
 */
export function replaceProcess(argv: readonly string[]): never {
  const [command = ""] = argv;
  const find = () => findExecutable(command, Deno.env.get("PATH"));
  // What is wrong with a path is only asked when it does not work.
  const path = command.includes("/") ? command : find();
  const [file, words] = [cString(path), cStrings(argv)];
  const before = beforeSeal();
  // Deno ignores it.
  if (before?.ignoresSigpipe !== true) resetSignal(SIGNALS.SIGPIPE);
  letSignalsEndPid1();
  setSignalMask(before?.blocked ?? inheritedSignals().blocked);
  const exec = () => execve(file, words, environment());
  exec();
  throw executionError(find(), errnoOf(exec));
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

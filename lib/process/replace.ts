import { KoordinatorError } from "../errors.ts";
import { FORWARDED } from "../spec/signal.ts";
import { inheritedSignals } from "./inherited.ts";
import {
  cString,
  cStrings,
  environment,
  Errno,
  errno,
  execLibc,
  SIG_SETMASK,
  SignalAction,
  sigset,
} from "./libc.ts";
import { cannotExecute, findExecutable, notFound } from "./search.ts";
import { setOf, signalsIn } from "./signal_set.ts";

/**
 * Becomes the command (execve(2)): same pid, no process and no memory stays. Deno's descriptors are
 * close-on-exec and its handlers end with the program; the mask and the ignored signals become those
 * of koordinator's own start again.
 *
 * @throws {KoordinatorError} 127 or 126 if the command cannot be executed
 */
export function replaceProcess(argv: readonly string[]): never {
  const c = execLibc();
  const file = findExecutable(argv[0] ?? "", Deno.env.get("PATH"));
  const { blocked, ignored } = inheritedSignals();
  // Deno's own handlers would swallow what comes in the last moment, when nobody listens any more.
  for (const signal of signalsIn(setOf(["SIGPIPE", ...FORWARDED]) & ~ignored)) {
    c.signal(signal, SignalAction.SIG_DFL);
  }
  for (const signal of signalsIn(ignored)) c.signal(signal, SignalAction.SIG_IGN);
  c.pthread_sigmask(SIG_SETMASK, sigset(blocked), null);
  c.execve(cString(file), cStrings(argv), environment());
  throw executionError(file, errno());
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

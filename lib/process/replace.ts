import { SIGNALS } from "../spec/signal.ts";
import { inheritedSignals } from "./inherited.ts";
import { environment } from "../linux/environment.ts";
import { cString, cStrings, errnoOf } from "../linux/libc.ts";
import { dismissHeldCommand } from "./held.ts";
import { foundByLoader, letSignalsEndPid1 } from "./loader.ts";
import { bit } from "../linux/signal_set.ts";
import { execve } from "../linux/process_calls.ts";
import { executionError } from "./not_executable.ts";
import { findExecutable } from "./search.ts";
import { resetSignal, setSignalMask } from "../linux/signal_calls.ts";

/**
 * Becomes the command (execve(2)): same pid, no process and no memory stays. Deno's descriptors are
 * close-on-exec; the mask becomes that of koordinator's own start again. Where signals were listened
 * to, `forget` of signals.ts comes first.
 *
 * @throws {KoordinatorError} 127 or 126 if the command cannot be executed
 */
export function replaceProcess(argv: readonly string[]): never {
  const [command = ""] = argv;
  const find = () => findExecutable(command);
  // What is wrong with a path is only asked when it does not work.
  const path = command.includes("/") ? command : find();
  const [file, words] = [cString(path), cStrings(argv)];
  const before = foundByLoader();
  dismissHeldCommand();
  // Deno ignores it.
  if (((before?.ignored ?? 0n) & bit(SIGNALS.SIGPIPE)) === 0n) resetSignal(SIGNALS.SIGPIPE);
  letSignalsEndPid1();
  setSignalMask(before?.blocked ?? inheritedSignals().blocked);
  const exec = () => execve(file, words, environment());
  exec();
  throw executionError(find(), errnoOf(exec));
}

import { SIGNALS } from "../spec/signal.ts";
import type { ExitStatus } from "./command.ts";
import { inheritedSignals } from "./inherited.ts";
import { collectChild, isSubreaper, setSubreaper } from "../linux/process_calls.ts";
import { unblockSignals } from "../linux/signal_calls.ts";
import { bit } from "../linux/signal_set.ts";

/** The signals by which a terminal stops a background or foreground process (termios(3)). */
const TERMINAL_STOPS: readonly number[] = [SIGNALS.SIGTSTP, SIGNALS.SIGTTIN, SIGNALS.SIGTTOU];

/** How long an end is unnoticed at the most whose SIGCHLD was lost, in milliseconds. */
const LOOK_AGAIN_AFTER = 5_000;

interface Waiting {
  readonly ended: (status: ExitStatus) => void;
  readonly stopped: () => void;
}

const waiting = new Map<number, Waiting>();
let reaping: number | undefined;
let wasSubreaper: boolean | undefined;

/** From now on inherits orphans: before the first child is launched, whose own would find another parent. */
export function adoptOrphans(): void {
  if (wasSubreaper !== undefined) return;
  wasSubreaper = isSubreaper();
  setSubreaper(true);
}

/** Whether whoever a child leaves behind is a child of this process, or of a child, and of nobody else. */
export function adoptsOrphans(): boolean {
  return Deno.pid === 1 || isSubreaper();
}

/**
 * From now on collects every child that ends, orphans that we inherit (as PID 1 or subreaper)
 * included: all children are ours and none is Deno's. Where SIGCHLD was ignored it is to be called before
 * the first child is launched, whose end could else be thrown away.
 */
export function startReaping(): void {
  if (reaping !== undefined) return;
  adoptOrphans();
  reaping = setInterval(reap, LOOK_AGAIN_AFTER);
  Deno.unrefTimer(reaping);
  // Read before the first listener, after which nothing tells whether SIGCHLD was ignored.
  const { blocked } = inheritedSignals();
  Deno.addSignalListener("SIGCHLD", reap);
  if ((blocked & bit(SIGNALS.SIGCHLD)) !== 0n) {
    unblockSignals(bit(SIGNALS.SIGCHLD));
  }
}

/**
 * Prepares for becoming the command, to which execve(2) would leave both: what has ended is collected,
 * and koordinator is a subreaper no more, unless it was started as one.
 */
export function stopReaping(): void {
  if (reaping === undefined) return;
  clearInterval(reaping);
  reap();
  setSubreaper(wasSubreaper === true);
}

/**
 * Resolves with the end of a child that was launched in this very turn of the event loop.
 *
 * @param stopped is told each time that the terminal has stopped it
 */
export function waitFor(pid: number, stopped: () => void): Promise<ExitStatus> {
  const end = Promise.withResolvers<ExitStatus>();
  waiting.set(pid, { ended: end.resolve, stopped });
  return end.promise;
}

/**
 * Collects every child that has ended, and notices those that were stopped (waitpid(2)). SIGCHLD says
 * when, and may be lost on its way through the runtime: other occasions are taken as well.
 */
export function reap(): void {
  for (let child; (child = collectChild()) !== undefined;) {
    const [pid, status] = child;
    if (isStopped(status)) {
      if (TERMINAL_STOPS.includes(status >> 8)) waiting.get(pid)?.stopped();
      continue;
    }
    waiting.get(pid)?.ended(decode(status));
    waiting.delete(pid);
  }
}

/** WIFSTOPPED of wait(2). */
function isStopped(status: number): boolean {
  return (status & 0xff) === 0x7f;
}

/** WIFEXITED, WEXITSTATUS and WTERMSIG of wait(2). */
function decode(status: number): ExitStatus {
  const signal = status & 0x7f;
  return signal === 0
    ? { kind: "exited", code: (status >> 8) & 0xff }
    : { kind: "signalled", signal };
}

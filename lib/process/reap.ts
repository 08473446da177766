import type { ExitStatus } from "./command.ts";
import { inheritedSignals } from "./inherited.ts";
import { libc, SIG_UNBLOCK, sigset } from "./libc.ts";
import { SIGNALS } from "../spec/signal.ts";
import { bit } from "./signal_set.ts";

/** sys/wait.h. */
const WNOHANG = 1;
const WUNTRACED = 2;

/** The signals by which a terminal stops a background or foreground process (termios(3)). */
const TERMINAL_STOPS: readonly number[] = [SIGNALS.SIGTSTP, SIGNALS.SIGTTIN, SIGNALS.SIGTTOU];

interface Waiting {
  readonly ended: (status: ExitStatus) => void;
  readonly stopped: () => void;
}

/** linux/prctl.h. */
const PR_SET_CHILD_SUBREAPER = 36;
const PR_GET_CHILD_SUBREAPER = 37;

const waiting = new Map<number, Waiting>();
let reaping = false;
let wasSubreaper = 0;

/**
 * From now on collects every child that ends, orphans that we inherit (as PID 1 or subreaper)
 * included: all children are ours and none is Deno's. To be called before the first child is
 * launched, whose own orphans would else find another parent, and whose end could else be thrown away
 * where SIGCHLD was ignored.
 */
export function startReaping(): void {
  if (reaping) return;
  reaping = true;
  Deno.addSignalListener("SIGCHLD", reap);
  if ((inheritedSignals().blocked & bit(SIGNALS.SIGCHLD)) !== 0n) {
    libc().pthread_sigmask(SIG_UNBLOCK, sigset(bit(SIGNALS.SIGCHLD)), null);
  }
  const subreaper = new Int32Array(1);
  libc().prctl_get(PR_GET_CHILD_SUBREAPER, subreaper, 0n, 0n, 0n);
  [wasSubreaper = 0] = subreaper;
  libc().prctl(PR_SET_CHILD_SUBREAPER, 1n, 0n, 0n, 0n);
}

/**
 * Prepares for becoming the command, to which execve(2) would leave both: what has ended is collected,
 * and koordinator is a subreaper no more, unless it was started as one.
 */
export function stopReaping(): void {
  if (!reaping) return;
  reap();
  libc().prctl(PR_SET_CHILD_SUBREAPER, BigInt(wasSubreaper), 0n, 0n, 0n);
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

/** Collects every child that has ended, and notices those that were stopped (waitpid(2)). */
function reap(): void {
  const status = new Int32Array(1);
  for (let pid; (pid = libc().waitpid(-1, status, WNOHANG | WUNTRACED)) > 0;) {
    const [word = 0] = status;
    if (isStopped(word)) {
      if (TERMINAL_STOPS.includes(word >> 8)) waiting.get(pid)?.stopped();
      continue;
    }
    waiting.get(pid)?.ended(decode(word));
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

import type { ExitStatus } from "./command.ts";
import { bit, inheritedSignals } from "./inherited.ts";
import { libc, SIG_UNBLOCK, sigset } from "./libc.ts";
import { SIGNALS } from "../spec/signal.ts";

/** sys/wait.h. */
const WNOHANG = 1;

/** linux/prctl.h. */
const PR_SET_CHILD_SUBREAPER = 36;

const waiting = new Map<number, (status: ExitStatus) => void>();
let reaping = false;

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
  libc().prctl(PR_SET_CHILD_SUBREAPER, 1n, 0n, 0n, 0n);
}

/** Resolves with the end of a child that was launched in this very turn of the event loop. */
export function waitFor(pid: number): Promise<ExitStatus> {
  const end = Promise.withResolvers<ExitStatus>();
  waiting.set(pid, end.resolve);
  return end.promise;
}

/** Collects every child that has ended (waitpid(2)). */
function reap(): void {
  const status = new Int32Array(1);
  for (let pid; (pid = libc().waitpid(-1, status, WNOHANG)) > 0;) {
    waiting.get(pid)?.(decode(status[0] ?? 0));
    waiting.delete(pid);
  }
}

/** WIFEXITED, WEXITSTATUS and WTERMSIG of wait(2). */
function decode(status: number): ExitStatus {
  const signal = status & 0x7f;
  return signal === 0
    ? { kind: "exited", code: (status >> 8) & 0xff }
    : { kind: "signalled", signal };
}

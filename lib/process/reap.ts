import type { ExitStatus } from "./command.ts";
import { libc } from "./libc.ts";

/** sys/wait.h. */
const WNOHANG = 1;

/** linux/prctl.h. */
const PR_SET_CHILD_SUBREAPER = 36;

const waiting = new Map<number, (status: ExitStatus) => void>();
let listening = false;

/**
 * Resolves with a child's end. All children are ours and none is Deno's, so on each SIGCHLD every one
 * that has ended is collected, orphans that we inherited (as PID 1 or subreaper) included.
 */
export function waitFor(pid: number): Promise<ExitStatus> {
  const end = Promise.withResolvers<ExitStatus>();
  waiting.set(pid, end.resolve);
  if (!listening) {
    listening = true;
    libc().prctl(PR_SET_CHILD_SUBREAPER, 1n, 0n, 0n, 0n);
    Deno.addSignalListener("SIGCHLD", reap);
  }
  // The child may have ended before anybody listened.
  reap();
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

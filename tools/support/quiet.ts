/** How long a process may take to come to rest, in milliseconds. */
const PATIENCE_MS = 60_000;

/** A thread that runs, waits for a processor, or for a disk (proc_pid_stat(5)). */
const BUSY = /^[RD]$/;

/**
 * Waits until a process has used no processor for a while, and did not wait for one most of it: on a
 * busy machine it may have to.
 *
 * @param quietMs that while, in milliseconds
 * @throws {Error} if it does not come to rest
 */
export async function untilQuiet(pid: number, quietMs: number): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  let window = { used: "", since: 0, looks: 0, busy: 0 };
  while (performance.now() < deadline) {
    // utime and stime
    const used = statOf(`${pid}`).slice(11, 13).join(" ");
    const isOver = performance.now() - window.since > quietMs;
    if (used === window.used && isOver && 2 * window.busy < window.looks) return;
    if (used !== window.used || isOver) {
      window = { used, since: performance.now(), looks: 0, busy: 0 };
    }
    window.looks++;
    if (isBusy(pid)) window.busy++;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("the process does not come to rest");
}

function isBusy(pid: number): boolean {
  return [...Deno.readDirSync(`/proc/${pid}/task`)].some(({ name }) => {
    try {
      return BUSY.test(statOf(`${pid}/task/${name}`)[0] ?? "");
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  });
}

/** The fields of proc_pid_stat(5) from the third on, which is the state: behind the name. */
function statOf(process: string): readonly string[] {
  const stat = Deno.readTextFileSync(`/proc/${process}/stat`);
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

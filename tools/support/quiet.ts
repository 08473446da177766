/** How long a process may take to come to rest, in milliseconds. */
const PATIENCE_MS = 60_000;

/**
 * Waits until a process has used no processor for a while.
 *
 * @param quietMs that while, in milliseconds
 * @throws {Error} if it does not come to rest
 */
export async function untilQuiet(pid: number, quietMs: number): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  for (let before = "", since = 0;;) {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    // proc_pid_stat(5): utime and stime are fields 14 and 15, counted from 3 behind the name.
    const used = stat.slice(stat.lastIndexOf(")") + 2).split(" ").slice(11, 13).join(" ");
    if (used !== before) [before, since] = [used, performance.now()];
    else if (performance.now() - since > quietMs) return;
    if (performance.now() > deadline) throw new Error("the process does not come to rest");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

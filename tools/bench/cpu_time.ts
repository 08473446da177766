/** The processor's time that a process has used, in milliseconds, all its threads together. */
export function cpuTime(pid: number): number {
  let total = 0;
  for (const { name } of Deno.readDirSync(`/proc/${pid}/task`)) {
    try {
      // The first word is nanoseconds: Documentation/scheduler/sched-stats.rst.
      const [used = "0"] = Deno.readTextFileSync(`/proc/${pid}/task/${name}/schedstat`).split(" ");
      total += Number(used) / 1e6;
    } catch {
      // The thread has ended meanwhile.
    }
  }
  return total;
}

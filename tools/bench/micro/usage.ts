/** What a process has of memory, in kilobytes (proc_pid_smaps(5)). */
export interface MemoryUse {
  readonly rssAnon: number;
  readonly rssFile: number;
  readonly pss: number;
}

/** Reads it of /proc. */
export async function memoryOf(pid: number): Promise<MemoryUse> {
  const [status, rollup] = await Promise.all([
    Deno.readTextFile(`/proc/${pid}/status`),
    Deno.readTextFile(`/proc/${pid}/smaps_rollup`),
  ]);
  return {
    rssAnon: field(status, "RssAnon"),
    rssFile: field(status, "RssFile"),
    pss: field(rollup, "Pss"),
  };
}

function field(text: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s*(\\d+)`, "m").exec(text)?.[1] ?? Number.NaN);
}

/** What the supervisors of some pods take of their node, which is this machine. */

/** At one moment. */
export interface NodeUse {
  /** Supervisors that run. */
  readonly supervisors: number;
  /** Their memory; what several have in common is divided among them. */
  readonly pssBytes: number;
  /** Their executables on the disk, each file once. */
  readonly diskBytes: number;
  /** What the kernel holds of these files. */
  readonly cacheBytes: number;
}

/**
 * Looks for the processes of a program in some pods.
 * @param comm the program, as the kernel calls its processes
 * @param uids of the pods
 */
export async function nodeUse(comm: string, uids: ReadonlySet<string>): Promise<NodeUse> {
  const files = new Map<string, { readonly exe: string; readonly bytes: number }>();
  let [supervisors, pssBytes] = [0, 0];
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      if (Deno.readTextFileSync(`/proc/${name}/comm`).trim() !== comm) continue;
      if (!isIn(uids, Deno.readTextFileSync(`/proc/${name}/cgroup`))) continue;
      const exe = `/proc/${name}/exe`;
      // Image volumes of one image are mounts, and so devices, of their own, with the same file in them.
      const { ino, mtime, blocks } = Deno.statSync(exe);
      pssBytes += pssOf(name);
      supervisors++;
      files.set(`${ino} ${mtime?.getTime()}`, { exe, bytes: (blocks ?? 0) * 512 });
    } catch {
      // It has ended meanwhile.
    }
  }
  const diskBytes = [...files.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  const cacheBytes = await inPageCache([...files.values()].map(({ exe }) => exe));
  return { supervisors, pssBytes, diskBytes, cacheBytes };
}

/** A process's memory, in bytes; what several have in common is divided among them (proc_pid_smaps(5)). */
export function pssOf(pid: number | string): number {
  const rollup = Deno.readTextFileSync(`/proc/${pid}/smaps_rollup`);
  return Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? 0) * 1024;
}

/** The cgroup of a container names the pod, by its uid with "-" or "_". */
function isIn(uids: ReadonlySet<string>, cgroup: string): boolean {
  const uid = /pod([0-9a-f]{8}[-_][0-9a-f_-]{27})/.exec(cgroup)?.[1];
  return uid !== undefined && uids.has(uid.replaceAll("_", "-"));
}

async function inPageCache(files: readonly string[]): Promise<number> {
  if (files.length === 0) return 0;
  const { stdout } = await new Deno.Command("fincore", {
    args: ["--bytes", "--noheadings", "--output", "RES", ...files],
    stderr: "null",
  }).output();
  return new TextDecoder().decode(stdout).trim().split(/\s+/).map(Number)
    .reduce((sum, bytes) => sum + bytes, 0);
}

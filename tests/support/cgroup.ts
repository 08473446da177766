import { exists } from "./exists.ts";

/** A group of processes with limits of its own (cgroups(7)). */
export interface Cgroup extends AsyncDisposable {
  /** Lets a command line run in it: a shell that enters it and becomes the command. */
  readonly enter: readonly string[];
  /** What is in one of its files. */
  read(file: string): string;
}

/** What may be limited. */
export interface Limits {
  readonly memoryBytes?: number;
  readonly processes?: number;
}

/** Files of version 1, where each controller has a tree of its own, and of version 2. */
const FILES = {
  memoryBytes: { controller: "memory", v1: "memory.limit_in_bytes", v2: "memory.max" },
  processes: { controller: "pids", v1: "pids.max", v2: "pids.max" },
} as const;

const ROOT = "/sys/fs/cgroup";

/**
 * Makes a cgroup for one kind of limit; for root.
 *
 * @returns undefined where this machine does not give that controller to its root
 */
export async function makeCgroup(limits: Limits): Promise<Cgroup | undefined> {
  const kind = limits.memoryBytes === undefined ? "processes" : "memoryBytes";
  const { controller, v1, v2 } = FILES[kind];
  const isSecond = exists(`${ROOT}/cgroup.controllers`);
  const parent = isSecond ? ROOT : `${ROOT}/${controller}`;
  const folder = `${parent}/koordinator-test-${crypto.randomUUID()}`;
  try {
    if (isSecond) await Deno.writeTextFile(`${parent}/cgroup.subtree_control`, `+${controller}`);
    await Deno.mkdir(folder);
    await Deno.writeTextFile(`${folder}/${isSecond ? v2 : v1}`, String(limits[kind]));
  } catch {
    if (exists(folder)) await Deno.remove(folder);
    return undefined;
  }
  return {
    enter: ["sh", "-c", `echo $$ > ${folder}/cgroup.procs && exec "$@"`, "sh"],
    read: (file) => Deno.readTextFileSync(`${folder}/${file}`),
    [Symbol.asyncDispose]: () => removeEmptied(folder),
  };
}

/** Ended processes leave it a moment after their parents have heard of it. */
async function removeEmptied(folder: string): Promise<void> {
  for (let attempt = 0;; attempt++) {
    try {
      return await Deno.remove(folder);
    } catch (error) {
      if (attempt > 1000) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

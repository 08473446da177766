/** Which run of which pod this is: what is told of another one is of no account. */
export interface PodRun {
  /** The pod's uid, where it is known. */
  readonly pod: string | undefined;
  /** The pod's sandbox and the node's start. */
  readonly sandbox: string;
}

/** Mounts that a container runtime makes from the files of the pod's sandbox. */
const OF_SANDBOX = ["/etc/resolv.conf", "/etc/hostname"];

/**
 * What tells this sandbox of the pod from the one before, which the pod's volumes outlive, and this
 * start of the node from the one before: the same for all containers of the pod. The runtimes keep a
 * sandbox's files in a folder named by its id, 64 hexadecimal digits, which stands in the mounts
 * (containerd, CRI-O, cri-dockerd). A runtime that hides them starts a kernel for each sandbox.
 *
 * @param mountinfo /proc/self/mountinfo (proc_pid_mountinfo(5))
 * @param boot what tells this start of the kernel
 */
export function sandboxOf(mountinfo: string, boot: string): string {
  for (const line of mountinfo.split("\n")) {
    const [, , , root = "", mountPoint = ""] = line.split(" ");
    if (!OF_SANDBOX.includes(mountPoint)) continue;
    const id = /\/([0-9a-f]{64})\//.exec(root)?.[1];
    if (id !== undefined) return `${boot}/${id}`;
  }
  return boot;
}

/** What tells this start of the kernel: the boot id, or when it was, where there is none (gVisor). */
export function readBoot(readText: (path: string) => string | undefined): string {
  return readText("/proc/sys/kernel/random/boot_id")?.trim() ??
    /^btime \d+$/m.exec(readText("/proc/stat") ?? "")?.[0] ?? "";
}

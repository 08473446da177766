/** The machine that the figures are of. */
import { output } from "../e2e/output.ts";
import type { Machine } from "./figure.ts";

/**
 * Looks at this machine as it is now.
 * @param repository its commit is what was measured
 * @param cluster the versions of the cluster that takes part, if one does
 */
export async function thisMachine(repository: string, cluster?: string): Promise<Machine> {
  const cpuinfo = await Deno.readTextFile("/proc/cpuinfo");
  const kernel = await Deno.readTextFile("/proc/sys/kernel/osrelease");
  const commit = await output(["git", "-C", repository, "describe", "--always", "--dirty"])
    .catch(() => "unknown");
  return {
    processor: /^model name\s*: (.*)$/m.exec(cpuinfo)?.[1] ?? Deno.build.arch,
    cores: navigator.hardwareConcurrency,
    memoryGB: Math.round(Deno.systemMemoryInfo().total / 2 ** 30),
    kernel: kernel.trim(),
    ...(cluster === undefined ? {} : { cluster }),
    load: Deno.loadavg()[0] ?? 0,
    date: new Date().toISOString().slice(0, 10),
    version: commit.trim(),
  };
}

/** The machine in words. */
export function machineWords(machine: Machine): string {
  return [
    `${machine.processor}, ${machine.cores} cores, ${machine.memoryGB} GB`,
    `Linux ${machine.kernel}`,
    ...(machine.cluster === undefined ? [] : [machine.cluster]),
    `${machine.date}, commit ${machine.version}, load ${machine.load.toFixed(1)} at the start`,
  ].join("; ");
}

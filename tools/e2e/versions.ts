/** The versions of a cluster's parts. */
import * as v from "valibot";
import type { Kubectl } from "./kubectl.ts";
import { output } from "./output.ts";

const ServerVersion = v.object({ serverVersion: v.object({ gitVersion: v.string() }) });

/** A node's container runtime. */
export interface Runtime {
  readonly name: string;
  /** Major and minor. */
  readonly version: readonly [number, number];
}

/** Each runtime of the nodes once; none where the nodes can't be read. */
export async function runtimes(kubectl: Kubectl): Promise<Runtime[]> {
  const names = new Set(await runtimeVersions(kubectl));
  return [...names].flatMap((text) => {
    const [, name = "", major, minor] = /^([^:]+):\/\/v?(\d+)\.(\d+)/.exec(text) ?? [];
    return name === "" ? [] : [{ name, version: [Number(major), Number(minor)] as const }];
  });
}

/** Whether a version comes before another. */
export function isOlder(version: Runtime["version"], than: Runtime["version"]): boolean {
  return version[0] < than[0] || version[0] === than[0] && version[1] < than[1];
}

/** `Kubernetes v1.34.4, containerd 2.2.9`; a part that can't be asked is left out. */
export async function versionsOf(kubectl: Kubectl): Promise<string> {
  const { program, env } = kubectl;
  const printed = await output([program, "version", "-o", "json"], { env });
  const { gitVersion } = v.parse(ServerVersion, JSON.parse(printed)).serverVersion;
  const nodes = [...new Set(await runtimeVersions(kubectl))];
  return [`Kubernetes ${gitVersion}`, ...nodes.map((text) => text.replace("://", " "))].join(", ");
}

async function runtimeVersions({ program, env }: Kubectl): Promise<string[]> {
  const path = "jsonpath={.items[*].status.nodeInfo.containerRuntimeVersion}";
  // A user of a shared cluster may not be allowed to read its nodes.
  const printed = await output([program, "get", "nodes", "-o", path], { env }).catch(() => "");
  return printed.split(" ").filter((text) => text !== "");
}

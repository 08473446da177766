/** What every step of kind goes by, and the calls that several of them make. */
import type { Engine } from "./engine.ts";
import { output } from "./output.ts";

/** The name of the kind cluster that the tests use. */
export const KIND_CLUSTER = "koordinator-e2e";

/** What `kindCluster` goes by. */
export interface KindOptions {
  readonly engine: Engine;
  /** The file to write the kubeconfig to. */
  readonly kubeconfig: string;
  /** Only the cluster of this name is ever made, used or deleted. @default {KIND_CLUSTER} */
  readonly name?: string | undefined;
  /** The image of the nodes. @default kind's own */
  readonly image?: string | undefined;
  /** A kind configuration file, which is taken as it is. @default one node with image volumes switched on */
  readonly config?: string | undefined;
}

/** What every step of kind needs to know. */
export interface Kind extends KindOptions {
  readonly name: string;
  /** The environment of each call. */
  readonly env: Readonly<Record<string, string>>;
}

/** Whether there is anything of the cluster, however broken. */
export async function isThere({ name, env }: Kind): Promise<boolean> {
  return (await output(["kind", "get", "clusters"], { env })).split("\n").includes(name);
}

/** Deletes whatever is there of the cluster; nothing is fine too. */
export async function deleteCluster({ name, env, kubeconfig }: Kind): Promise<void> {
  await output(["kind", "delete", "cluster", "--name", name, "--kubeconfig", kubeconfig], { env });
}

/** The containers that are the cluster's nodes. */
export async function nodeContainers({ name, env }: Kind): Promise<string[]> {
  const printed = await output(["kind", "get", "nodes", "--name", name], { env });
  return printed.split("\n").filter((line) => line !== "");
}

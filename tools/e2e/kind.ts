/** A cluster made by kind (https://kind.sigs.k8s.io), or the one that an earlier run has made. */
import { dirname } from "node:path";
import type { Cluster } from "./cluster.ts";
import {
  deleteCluster,
  isThere,
  type Kind,
  KIND_CLUSTER,
  type KindOptions,
  nodeContainers,
} from "./kind_command.ts";
import { createCluster } from "./kind_create.ts";
import { reviveCluster } from "./kind_revive.ts";
import { output } from "./output.ts";

/**
 * Takes the cluster of this name if it works, once its nodes are started; else deletes what is left of
 * it and makes it.
 * @throws {Error} when kind fails, or is interrupted; then nothing of the cluster is left
 */
export async function kindCluster(options: KindOptions): Promise<Cluster> {
  const { engine, kubeconfig } = options;
  const name = options.name ?? KIND_CLUSTER;
  const env = { KIND_EXPERIMENTAL_PROVIDER: engine.program };
  const kind: Kind = { ...options, name, env };
  await Deno.mkdir(dirname(kubeconfig), { recursive: true });
  if (!await isThere(kind)) {
    await makeCluster(kind);
  } else {
    const trouble = await reviveCluster(kind);
    if (trouble !== undefined) {
      console.error(`kind: the cluster ${name} is made again: ${trouble}`);
      await deleteCluster(kind);
      await makeCluster(kind);
    }
  }
  const version = (await output(["kind", "version"], { env })).trim();
  return {
    source: `${version} with ${engine.version}`,
    kubectl: "kubectl",
    kubeconfig,
    node: { engine: engine.program, container: await controlPlane(kind) },
    async load(tars) {
      for (const tar of tars) {
        await output(["kind", "load", "image-archive", tar, "--name", name], { env });
      }
    },
  };
}

/** kind calls a cluster made when its nodes took too long to be ready, and only warns. */
async function makeCluster(kind: Kind): Promise<void> {
  await createCluster(kind);
  const trouble = await reviveCluster(kind);
  if (trouble === undefined) return;
  await deleteCluster(kind);
  throw new Error(`kind has made the cluster ${kind.name}, and it does not work: ${trouble}`);
}

async function controlPlane(kind: Kind): Promise<string> {
  const name = `${kind.name}-control-plane`;
  const nodes = await nodeContainers(kind);
  const found = nodes.find((node) => node === name);
  if (found === undefined) throw new Error(`no node ${name} among ${nodes.join(", ")}`);
  return found;
}

/** Finds a Kubernetes cluster for the end-to-end tests. */
import { resolve } from "node:path";
import { kindCluster } from "./kind.ts";
import { exists, onPath, output } from "./output.ts";

/** A cluster that the tests can use. */
export interface Cluster {
  /** Where it comes from, for the reader of the log. */
  readonly source: string;
  /** The kubectl that reaches it. */
  readonly kubectl: string;
  /** The kubeconfig that this kubectl needs; undefined when it knows its own. */
  readonly kubeconfig?: string;
  /** The folder of its scripts, if it may be broken on purpose. */
  readonly folder?: string;
  /** Makes the images of these docker-archive tars known to its nodes. */
  load(tars: readonly string[]): Promise<void>;
}

/** No cluster was found; `reason` tells how to give one. */
export interface NoCluster {
  readonly reason: string;
}

/** What {@linkcode findCluster} looks at. */
export interface Surroundings {
  /** The environment's variables. */
  readonly env: (name: string) => string | undefined;
  /** The repository's folder. */
  readonly repository: string;
}

/**
 * Takes the cluster of KUBECONFIG, else the one-machine cluster beside the repository (or the one
 * in KOORDINATOR_CLUSTER), else one of kind.
 * @throws {Error} when the one to take can't be used: it is never passed over in silence
 */
export async function findCluster(at: Surroundings): Promise<Cluster | NoCluster> {
  const kubeconfig = at.env("KUBECONFIG");
  if (kubeconfig) return givenCluster(kubeconfig, at.env("KOORDINATOR_E2E_LOAD"));
  const named = at.env("KOORDINATOR_CLUSTER");
  const folder = resolve(at.repository, named || "../shared/cluster");
  const there = await exists(`${folder}/up.sh`);
  if (named && !there) {
    throw new Error(`KOORDINATOR_CLUSTER names ${folder}, where there is no up.sh`);
  }
  if (there && Deno.uid() === 0) return await folderCluster(folder);
  const engine = await onPath("docker") ? "docker" : await onPath("podman") ? "podman" : undefined;
  if (engine !== undefined && await onPath("kind") && await onPath("kubectl")) {
    return await kindCluster(engine, `${at.repository}/.cache/kind.kubeconfig`);
  }
  return {
    reason: there
      ? `the cluster in ${folder} has to be started by root`
      : "set KUBECONFIG and KOORDINATOR_E2E_LOAD, or install kind, kubectl and a container engine",
  };
}

function givenCluster(kubeconfig: string, loader: string | undefined): Cluster {
  if (!loader) {
    throw new Error(
      "KUBECONFIG is set: set KOORDINATOR_E2E_LOAD too, the command that loads image tars into " +
        "that cluster's nodes (it is called with the tars as its arguments)",
    );
  }
  return {
    source: `KUBECONFIG=${kubeconfig}`,
    kubectl: "kubectl",
    kubeconfig,
    async load(tars) {
      await output(["sh", "-c", `${loader} "$@"`, "load", ...tars], {
        env: { KUBECONFIG: kubeconfig },
      });
    },
  };
}

/** The folder's `up.sh` starts the cluster unless it is up, `k` is its kubectl, `load.sh` loads image tars. */
async function folderCluster(folder: string): Promise<Cluster> {
  // npx sets NODE to the path of Node; to these scripts it is the name of the cluster's node.
  await output(["env", "-u", "NODE", `${folder}/up.sh`]);
  return {
    source: folder,
    folder,
    kubectl: `${folder}/k`,
    async load(tars) {
      await output([`${folder}/load.sh`, ...tars]);
    },
  };
}

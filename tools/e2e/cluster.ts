/** Finds a Kubernetes cluster for the end-to-end tests. */
import { resolve } from "node:path";
import { findEngine } from "./engine.ts";
import { kindCluster } from "./kind.ts";
import { exists, onPath, output } from "./output.ts";

/** A cluster that the tests can use. */
export interface Cluster {
  /** Where it comes from, with the versions of what made it, for the reader of the log. */
  readonly source: string;
  /** The kubectl that reaches it. */
  readonly kubectl: string;
  /** The kubeconfig that this kubectl needs; undefined when it knows its own. */
  readonly kubeconfig?: string;
  /** The folder of its scripts, if it has one: such a cluster may be broken on purpose. */
  readonly folder?: string;
  /** The container that is its node, if it is one: such a cluster may be broken as well. */
  readonly node?: { readonly engine: string; readonly container: string };
  /** Makes the images of these docker-archive tars known to its nodes. */
  load(tars: readonly string[]): Promise<void>;
}

/** No cluster was found. */
export interface NoCluster {
  /** What is missing, and what to do, one line each. */
  readonly missing: readonly string[];
}

/** What {@linkcode findCluster} looks at. */
export interface Surroundings {
  /** The environment's variables. */
  readonly env: (name: string) => string | undefined;
  /** The repository's folder. */
  readonly repository: string;
}

/** What KOORDINATOR_E2E_CLUSTER may be. */
const WAYS = ["kubeconfig", "folder", "kind"] as const;

/**
 * Takes the cluster that KOORDINATOR_E2E_CLUSTER chooses; where it chooses none, that of KUBECONFIG,
 * else the one-machine cluster beside the repository (or the one in KOORDINATOR_CLUSTER), else one of
 * kind.
 * @throws {Error} when the one to take can't be used: it is never passed over in silence
 */
export async function findCluster(at: Surroundings): Promise<Cluster | NoCluster> {
  const chosen = at.env("KOORDINATOR_E2E_CLUSTER");
  const way = WAYS.find((way) => way === chosen);
  if (chosen && way === undefined) {
    throw new Error(
      `KOORDINATOR_E2E_CLUSTER is "${chosen}": it can be ${WAYS.join(", ")}, or unset`,
    );
  }
  const found = await take(at, way);
  if (chosen && "missing" in found) {
    throw new Error(`KOORDINATOR_E2E_CLUSTER is ${chosen}: ${found.missing.join("; ")}`);
  }
  return found;
}

async function take(
  at: Surroundings,
  way: typeof WAYS[number] | undefined,
): Promise<Cluster | NoCluster> {
  const missing: string[] = [];
  for (const next of way === undefined ? WAYS : [way]) {
    const found = await TAKE[next](at);
    if (!("missing" in found)) return found;
    missing.push(...found.missing);
  }
  return { missing };
}

type Take = (at: Surroundings) => Cluster | NoCluster | Promise<Cluster | NoCluster>;

const TAKE: Readonly<Record<typeof WAYS[number], Take>> = {
  kubeconfig: givenCluster,
  folder: folderCluster,
  kind: clusterOfKind,
};

function givenCluster({ env }: Surroundings): Cluster | NoCluster {
  const kubeconfig = env("KUBECONFIG");
  if (!kubeconfig) return { missing: ["KUBECONFIG is not set"] };
  const loader = env("KOORDINATOR_E2E_LOAD");
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
async function folderCluster({ env, repository }: Surroundings): Promise<Cluster | NoCluster> {
  const named = env("KOORDINATOR_CLUSTER");
  const folder = resolve(repository, named || "../shared/cluster");
  if (!await exists(`${folder}/up.sh`)) {
    if (named) throw new Error(`KOORDINATOR_CLUSTER names ${folder}, where there is no up.sh`);
    return { missing: [`there is no cluster in ${folder}`] };
  }
  if (Deno.uid() !== 0) return { missing: [`the cluster in ${folder} has to be started by root`] };
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

/** Where to get the programs, by their names. */
const PROGRAMS = {
  kind: "https://kind.sigs.k8s.io/docs/user/quick-start/#installation",
  kubectl: "https://kubernetes.io/docs/tasks/tools/",
} as const;

async function clusterOfKind({ env, repository }: Surroundings): Promise<Cluster | NoCluster> {
  const missing: string[] = [];
  for (const [program, where] of Object.entries(PROGRAMS)) {
    if (!await onPath(program)) missing.push(`${program}: not on the PATH (${where})`);
  }
  const engine = await findEngine(env);
  if ("missing" in engine) missing.push(...engine.missing);
  if (missing.length > 0 || "missing" in engine) return { missing };
  return await kindCluster({
    engine,
    kubeconfig: `${repository}/.cache/kind.kubeconfig`,
    name: env("KOORDINATOR_E2E_KIND_NAME") || undefined,
    image: env("KOORDINATOR_E2E_KIND_IMAGE") || undefined,
    config: env("KOORDINATOR_E2E_KIND_CONFIG") || undefined,
  });
}

/** Measures the parts that were asked for, and keeps each as soon as it is done. */
import { apiServerOf } from "../e2e/api_server.ts";
import { lacksOf } from "../e2e/capabilities.ts";
import { type Cluster, findCluster } from "../e2e/cluster.ts";
import { type Kubectl, kubectlOf } from "../e2e/kubectl.ts";
import { versionsOf } from "../e2e/versions.ts";
import { measureBurst } from "./burst.ts";
import { podContenders } from "./contenders.ts";
import type { PodContender } from "./pod_spec.ts";
import type { Part } from "./figure.ts";
import { measureGrowth } from "./growth.ts";
import { makeBenchImages } from "./images.ts";
import { measureJob } from "./job.ts";
import { thisMachine } from "./machine.ts";
import { measureMicro } from "./micro_part.ts";
import type { BenchOptions } from "./options.ts";
import { type Peer, readPeers } from "./peers.ts";
import { Place } from "./place.ts";
import { type PartName, savePart } from "./saved.ts";
import { measureScale } from "./scale.ts";

/** How often a supervisor is given all updates, by how often all else is run: once for so many. */
const RUNS_PER_GROWTH = 10;
/** A burst has many samples in itself. */
const RUNS_PER_BURST = 20;

/** The cluster with all that its pods need, or why there is none. */
interface Lab {
  readonly cluster: Cluster;
  readonly kubectl: Kubectl;
  readonly versions: string;
  readonly contenders: readonly PodContender[];
}

/** Where things are, and what is said meanwhile. */
export interface Bench {
  readonly repository: string;
  /** The folder of the parts that were measured. */
  readonly saved: string;
  readonly progress: (text: string) => void;
  /** Given back at the end, whatever becomes of the rest. */
  readonly owned: AsyncDisposableStack;
}

/**
 * Measures them one after the other.
 * @returns the parts that could not be measured here, with the reason
 */
export async function measureParts(
  options: BenchOptions,
  bench: Bench,
): Promise<ReadonlyMap<PartName, string>> {
  const unmeasured = new Map<PartName, string>();
  const peers = await readPeers(options.peers, options.peerFiles);
  let lab: Lab | string | undefined;
  for (const name of options.parts) {
    const startedAt = performance.now();
    let part: Part;
    if (name === "micro") {
      part = await measureMicro(bench.repository, peers, options.runs, bench.progress);
    } else {
      lab ??= await findLab(peers, bench);
      if (typeof lab === "string") {
        unmeasured.set(name, lab);
        continue;
      }
      part = await measureOnCluster(name, lab, options, bench);
    }
    await savePart(bench.saved, name, part);
    bench.progress(`${name}: done after ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
  }
  return unmeasured;
}

async function findLab(peers: readonly Peer[], bench: Bench): Promise<Lab | string> {
  const { repository, progress } = bench;
  const cluster = await findCluster({ env: (name) => Deno.env.get(name), repository });
  if ("missing" in cluster) return `there is no cluster: ${cluster.missing.join("; ")}`;
  const kubectl = kubectlOf(cluster);
  progress("makes the images");
  const { tars, inits } = await makeBenchImages(
    repository,
    `${repository}/.cache/bench-images`,
    peers,
  );
  await cluster.load(tars);
  const lacks = await lacksOf(kubectl);
  const contenders = podContenders(inits, peers, {
    imageVolumes: lacks["image volumes"] !== undefined,
    nativeSidecars: lacks["native sidecars"] !== undefined,
  });
  const versions = await versionsOf(kubectl);
  progress(`${cluster.source}, ${versions}: ${contenders.map(({ name }) => name).join("; ")}`);
  return { cluster, kubectl, versions, contenders };
}

async function measureOnCluster(
  name: Exclude<PartName, "micro">,
  { cluster, kubectl, versions, contenders }: Lab,
  { runs, lanes, jobs, supervisors }: BenchOptions,
  { repository, progress, owned }: Bench,
): Promise<Part> {
  const machine = await thisMachine(repository, versions);
  // Given back at the end of the part, or by who ends the bench before.
  await using place = owned.use(await Place.create(kubectl));
  switch (name) {
    case "job": {
      const figures = await measureJob({ place, contenders, runs, lanes, progress });
      return { machine, runs, growths: [], figures: [...figures] };
    }
    case "burst": {
      const bursts = Math.max(1, Math.round(runs / RUNS_PER_BURST));
      const figures = await measureBurst({ place, contenders, runs: bursts, progress }, jobs);
      return { machine, runs: bursts, growths: [], figures: [...figures] };
    }
    case "scale": {
      const executable = `${repository}/dist/koordinator`;
      const apiServer = await apiServerOf(cluster);
      const { figures, growths } = await measureScale(
        { place, apiServer, executable, supervisors, progress },
      );
      const times = Math.max(1, Math.round(runs / RUNS_PER_GROWTH));
      const updates = await measureGrowth(executable, times, progress);
      return { machine, runs: times, figures: [...figures], growths: [...updates, ...growths] };
    }
  }
}

/** Many Jobs at once: how long all take, and what they cost node and API server. */
import { type ApiLoad, apiLoad } from "../e2e/api_load.ts";
import type { PodContender } from "./pod_spec.ts";
import { type Figure, type Result, result } from "./figure.ts";
import { type ClusterRuns, jobOf, READY_MS, WORK_MS } from "./job.ts";
import { type NodeUse, nodeUse } from "./node.ts";
import type { Place } from "./place.ts";

/** How often the node is looked at. */
const LOOK_MS = 700;

/** One burst. */
interface Burst {
  /** From the first pod scheduled to the last Job complete, in seconds. */
  readonly allSeconds: number;
  /** Each Job, scheduled to complete, less its work. */
  readonly each: readonly number[];
  /** The most of each that was seen. */
  readonly node: NodeUse;
  readonly requests: number;
  readonly apiMs: number;
}

/** Measures all contenders that know an order; the others would never be done. @param jobs at once */
export async function measureBurst(
  { place, contenders, runs, progress }: Omit<ClusterRuns, "lanes">,
  jobs: number,
): Promise<readonly Figure[]> {
  const bursts = new Map<PodContender, Burst[]>();
  const taking = contenders.filter(({ orders }) => orders);
  for (let run = 0; run < runs; run++) {
    for (const contender of run % 2 === 0 ? taking : taking.toReversed()) {
      progress(`burst ${run + 1} of ${runs}: ${contender.name}`);
      const burst = await runBurst(place, contender, jobs);
      bursts.set(contender, [...bursts.get(contender) ?? [], burst]);
    }
  }
  const of = (pick: (burst: Burst) => readonly number[]): Result[] =>
    [...bursts].map(([contender, all]) => result(contender, all.flatMap(pick), "never"));
  const most = { unit: "MiB", compared: false } as const;
  return [
    {
      ...{ id: "burst", name: `${jobs} Jobs at once, until all are complete`, unit: "s" },
      ...{ compared: true, results: of(({ allSeconds }) => [allSeconds]) },
    },
    {
      ...{ id: "burst-each", name: `each of ${jobs} Jobs at once, less its 3 s of work` },
      ...{ unit: "ms", compared: true, results: of(({ each }) => each) },
    },
    {
      ...{ id: "burst-pss", name: "memory of all supervisors (Pss)", ...most },
      results: of(({ node }) => [node.pssBytes / 2 ** 20]),
    },
    {
      ...{ id: "burst-cache", name: "page cache of their executables", ...most },
      results: of(({ node }) => [node.cacheBytes / 2 ** 20]),
    },
    {
      ...{ id: "burst-disk", name: "disk of their executables on the node", ...most },
      results: of(({ node }) => [node.diskBytes / 2 ** 20]),
    },
    {
      ...{ id: "burst-requests", name: "requests to the API server, for each Job", unit: "count" },
      ...{ compared: false, results: of(({ requests }) => [requests / jobs]) },
    },
    {
      ...{ id: "burst-api", name: "CPU time of the API server, for each Job", unit: "ms" },
      ...{ compared: false, results: of(({ apiMs }) => [apiMs / jobs]) },
    },
  ];
}

let bursts = 0;

async function runBurst(place: Place, contender: PodContender, jobs: number): Promise<Burst> {
  const name = `burst-${bursts++}`;
  const names = Array.from({ length: jobs }, (_, index) => `${name}-${index}`);
  const before = await apiLoad(place.client);
  await place.apply("create", names.map((job) => jobOf(job, contender)));
  const all = place.until(`${name} is complete`, () => {
    const failed = names.find((job) => place.failed.has(job));
    if (failed !== undefined) throw new Error(`${failed} of ${contender.name} failed`);
    return names.every((job) => place.complete.has(job)) ? true : undefined;
  });
  const node = await watchNode(place, contender, names, all);
  const after = await apiLoad(place.client);
  const times = names.map((job) => {
    const scheduled = place.podOf(job)?.scheduled;
    const complete = place.complete.get(job);
    if (scheduled === undefined || complete === undefined) throw new Error(`${job} was not seen`);
    return { scheduled, complete };
  });
  await place.kubectl(["delete", "jobs", "--all", "--cascade=foreground"]);
  return {
    allSeconds: (Math.max(...times.map(({ complete }) => complete)) -
      Math.min(...times.map(({ scheduled }) => scheduled))) / 1000,
    each: times.map(({ scheduled, complete }) => complete - scheduled - READY_MS - WORK_MS),
    node,
    ...costs(before, after),
  };
}

function costs(before: ApiLoad, after: ApiLoad): Pick<Burst, "requests" | "apiMs"> {
  return {
    requests: after.requests - before.requests,
    apiMs: (after.cpuSeconds - before.cpuSeconds) * 1000,
  };
}

/** The most of each that is in use until all is over. */
async function watchNode(
  place: Place,
  { supervisor }: PodContender,
  jobs: readonly string[],
  all: Promise<unknown>,
): Promise<NodeUse> {
  let most: NodeUse = { supervisors: 0, pssBytes: 0, diskBytes: 0, cacheBytes: 0 };
  if (supervisor === undefined) {
    await all;
    return most;
  }
  const over = all.then(() => "over" as const);
  for (;;) {
    const pods = jobs.flatMap((job) => place.podOf(job)?.uid ?? []);
    const use = await nodeUse(supervisor, new Set(pods));
    most = {
      supervisors: Math.max(most.supervisors, use.supervisors),
      pssBytes: Math.max(most.pssBytes, use.pssBytes),
      diskBytes: Math.max(most.diskBytes, use.diskBytes),
      cacheBytes: Math.max(most.cacheBytes, use.cacheBytes),
    };
    const next = new Promise<"next">((done) => setTimeout(done, LOOK_MS, "next"));
    if (await Promise.race([over, next]) === "over") return most;
  }
}

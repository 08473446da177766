/** The README's Job, one at a time for each contender, and the deletion of such a pod. */
import { type PodContender, PORT } from "./pod_spec.ts";
import { deletionFigures } from "./deletion.ts";
import { type Figure, result } from "./figure.ts";
import { PROBE } from "./images.ts";
import { type Place, type SeenPod } from "./place.ts";
import { inRounds } from "./rounds.ts";
import { between, readStamps } from "./stamps.ts";
import { median } from "../support/statistics.ts";

/** When proxy is ready, and how long main works; what is measured is what comes on top. */
export const READY_MS = 2000;
export const WORK_MS = 1000;

export const JOB_PROGRAMS = {
  proxy: [PROBE, "serve", String(PORT), String(READY_MS)],
  main: [PROBE, "work", String(WORK_MS)],
} as const;

/** Who knows no order never ends; after this time that is taken for true. */
const NEVER_MS = READY_MS + WORK_MS + 3000;
const NEVER_RUNS = 3;
/** Pods are made and torn down in the time in which others wait or work. */
const LANE_OFFSET_MS = 2000;

/** How the parts that take a cluster are measured. */
export interface ClusterRuns {
  readonly place: Place;
  readonly contenders: readonly PodContender[];
  readonly runs: number;
  /** How many pods there are at a time. */
  readonly lanes: number;
  /** Says how far it is. */
  readonly progress: (text: string) => void;
}

interface Measured {
  readonly total: number[];
  readonly start: number[];
  readonly stop: number[];
  readonly end: number[];
}

/** Measures all of it. */
export async function measureJob(options: ClusterRuns): Promise<readonly Figure[]> {
  const { contenders, runs, lanes, progress } = options;
  const measured = new Map<PodContender, Measured>(
    contenders.map((contender) => [contender, { total: [], start: [], stop: [], end: [] }]),
  );
  const counted = (contender: PodContender) => contender.orders ? runs : Math.min(runs, NEVER_RUNS);
  const all = contenders.reduce((sum, contender) => sum + counted(contender), 0);
  const how = { lanes, laneOffsetMs: LANE_OFFSET_MS, failed: progress };
  await inRounds(
    { contenders, runs: counted, ...how },
    async (contender, number) => {
      const into = measured.get(contender);
      if (into !== undefined) await runJob(options.place, contender, `job-${number}`, into);
      progress(`job ${number + 1} of ${all}: ${contender.name}`);
    },
  );
  const of = (
    pick: (measured: Measured) => readonly number[],
    never: (measured: Measured) => string,
  ) =>
    [...measured].map(([contender, samples]) => result(contender, pick(samples), never(samples)));
  return [
    {
      ...{ id: "job", name: "pod scheduled to Job complete, less 3 s of work", unit: "ms" },
      ...{ compared: true, results: of(({ total }) => total, () => "never completes") },
    },
    {
      ...{ id: "start", name: "proxy ready to main's start", unit: "ms", goal: 150 },
      compared: true,
      results: of(
        ({ start }) => tooEarly(start) ? [] : start,
        ({ start }) =>
          start.length === 0
            ? "never starts"
            : `starts ${(-median(start) / 1000).toFixed(1)} s too early`,
      ),
    },
    {
      ...{ id: "stop", name: "main's end to the proxy's SIGTERM", unit: "ms", goal: 50 },
      ...{ compared: true, results: of(({ stop }) => stop, () => "never stops it") },
    },
    {
      ...{ id: "end", name: "main's end to the pod's end", unit: "ms", compared: true },
      results: of(({ end }) => end, () => "never ends"),
    },
    ...await deletionFigures(options),
  ];
}

function tooEarly(samples: readonly number[]): boolean {
  return samples.length > 0 && median(samples) < 0;
}

/** The Job with the pod of a contender. */
export function jobOf(name: string, contender: PodContender): unknown {
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name },
    spec: { backoffLimit: 0, template: { spec: contender.pod(JOB_PROGRAMS) } },
  };
}

async function runJob(
  place: Place,
  contender: PodContender,
  name: string,
  into: Measured,
): Promise<void> {
  await place.apply("create", [jobOf(name, contender)]);
  const pod = await place.until(`${name} runs`, () => {
    const pod = place.podOf(name);
    return pod?.running === undefined && pod?.ended === undefined ? undefined : pod;
  });
  const complete = await completion(place, name, contender.orders ? undefined : NEVER_MS);
  const { main, proxy } = readStamps(await logs(place, pod));
  into.total.push(...between(pod.scheduled, complete).map((ms) => ms - READY_MS - WORK_MS));
  into.start.push(...between(proxy.ready, main.started));
  into.stop.push(...between(main.ended, proxy.terminated));
  if (complete !== undefined) into.end.push(...between(main.ended, pod.ended));
  await place.kubectl(["delete", "job", name, "--wait=false"]);
}

/**
 * When the Job was complete; undefined if it was not in time.
 * @throws {Error} if it failed
 */
async function completion(
  place: Place,
  name: string,
  patience: number | undefined,
): Promise<number | undefined> {
  const ended = place.until(
    `${name} is complete`,
    () => place.failed.has(name) ? "failed" as const : place.complete.get(name),
    patience ?? 60_000,
  ).catch(() => undefined);
  const at = await ended;
  if (at === "failed") {
    const pod = place.podOf(name);
    throw new Error(`${name} failed:\n${pod === undefined ? "" : await logs(place, pod)}`);
  }
  return at;
}

async function logs(place: Place, { name }: SeenPod): Promise<string> {
  return await place.kubectl(["logs", name, "--all-containers", "--prefix"]);
}

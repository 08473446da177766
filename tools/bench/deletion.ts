/** How long a pod takes to be gone once it is deleted. */
import { deletionContenders } from "./contenders.ts";
import { type PodContender, PORT } from "./pod_spec.ts";
import { type Figure, result } from "./figure.ts";
import { PROBE } from "./images.ts";
import type { ClusterRuns } from "./job.ts";
import type { Place } from "./place.ts";
import { inRounds } from "./rounds.ts";
import { between, readStamps, type Stamps } from "./stamps.ts";
import { median } from "../support/statistics.ts";

/** How long main takes to end once it is told to. */
const STOP_MS = 500;
const PROGRAMS = {
  proxy: [PROBE, "serve", String(PORT), "0"],
  main: [PROBE, "hold", String(STOP_MS)],
} as const;
/** A pod is short-lived here. */
const LANE_OFFSET_MS = 700;

/** What is measured of one deletion. */
interface Deleted {
  /** Until the pod is gone, less what main takes. */
  readonly gone: number[];
  /** From main's end to SIGTERM in the proxy: below zero where there is no order. */
  readonly order: number[];
}

/** Deletes running pods of all contenders. */
export async function deletionFigures(
  { place, contenders: all, runs, lanes, progress }: ClusterRuns,
): Promise<readonly Figure[]> {
  const contenders = deletionContenders(all);
  const measured = new Map<PodContender, Deleted>(
    contenders.map((contender) => [contender, { gone: [], order: [] }]),
  );
  const how = { lanes, laneOffsetMs: LANE_OFFSET_MS, failed: progress };
  await inRounds(
    { contenders, runs: () => runs, ...how },
    async (contender, number) => {
      const into = measured.get(contender);
      if (into !== undefined) await runDeletion(place, contender, `deleted-${number}`, into);
      progress(`deletion ${number + 1} of ${contenders.length * runs}: ${contender.name}`);
    },
  );
  const ordered = ({ order }: Deleted) => order.length > 0 && median(order) >= 0;
  const pick = (wanted: boolean) =>
    [...measured].filter(([, samples]) => ordered(samples) === wanted)
      .map(([contender, { gone }]) => result(contender, gone, "never goes"));
  return [
    {
      ...{ id: "deleted-in-order", name: "pod deleted to gone, main before proxy" },
      ...{ unit: "ms", compared: true, results: pick(true) },
    },
    {
      ...{ id: "deleted", name: "pod deleted to gone, both at once" },
      ...{ unit: "ms", compared: true, results: pick(false) },
    },
  ];
}

async function runDeletion(
  place: Place,
  contender: PodContender,
  name: string,
  into: Deleted,
): Promise<void> {
  const spec = contender.pod(PROGRAMS);
  await place.apply("create", [{ apiVersion: "v1", kind: "Pod", metadata: { name }, spec }]);
  await place.until(`${name} runs`, () => place.pods.get(name)?.running);
  const read = followLogs(place, name);
  await read.both;
  await place.kubectl(["delete", "pod", name, "--wait=false"]);
  const { deleting, gone } = await place.until(`${name} is gone`, () => {
    const pod = place.pods.get(name);
    return pod?.gone === undefined ? undefined : pod;
  });
  const { main, proxy } = await read.end();
  into.gone.push(...between(deleting, gone).map((ms) => ms - STOP_MS));
  into.order.push(...between(main.ended, proxy.terminated));
}

interface FollowedLogs {
  /** Resolves once main has started and proxy is ready. */
  readonly both: Promise<void>;
  /** All stamps, once nothing more comes. */
  end(): Promise<{ readonly main: Stamps; readonly proxy: Stamps }>;
}

function followLogs(
  { client: { program, env }, name: namespace }: Place,
  pod: string,
): FollowedLogs {
  const child = new Deno.Command(program, {
    args: ["-n", namespace, "logs", "-f", pod, "--all-containers", "--prefix"],
    ...{ env, stdin: "null", stdout: "piped", stderr: "null" },
  }).spawn();
  const both = Promise.withResolvers<void>();
  let log = "";
  const all = (async () => {
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      log += text;
      const { main, proxy } = readStamps(log);
      if (main.started !== undefined && proxy.ready !== undefined) both.resolve();
    }
    await child.status;
    both.resolve();
  })();
  return {
    both: both.promise,
    async end() {
      // The pod is gone: what is still on its way comes within this time.
      const late = setTimeout(() => child.kill("SIGKILL"), 5000);
      await all;
      clearTimeout(late);
      return readStamps(log);
    },
  };
}

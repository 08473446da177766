/** What a pod's updates cost one supervisor, by containers and by updates. */
import { pod, ready, unready } from "../scripted_cluster/pods.ts";
import { untilQuiet } from "../support/quiet.ts";
import { cpuTime } from "./cpu_time.ts";
import type { Growth } from "./figure.ts";
import { startSupervised } from "./supervised.ts";
import { median } from "../support/statistics.ts";
import { number } from "./words.ts";

/** Containers of the pod. */
const CONTAINERS = [2, 5, 10, 20] as const;
/** Updates until each reading. */
const UPDATES = [100, 200, 400, 800] as const;
const QUIET_MS = 150;
/** Updates come one by one: the supervisor is to hear of each alone. */
const PAUSE_MS = 2;

/** CPU time in milliseconds after each number of updates. */
type Readings = ReadonlyMap<number, number>;

/** Lets one supervisor wait for a container that is never ready, and changes its pod. */
export async function measureGrowth(
  executable: string,
  runs: number,
  progress: (text: string) => void,
): Promise<readonly Growth[]> {
  const measured = new Map<number, Readings[]>(CONTAINERS.map((count) => [count, []]));
  for (let run = 0; run < runs; run++) {
    for (const count of run % 2 === 0 ? CONTAINERS : CONTAINERS.toReversed()) {
      progress(`updates ${run + 1} of ${runs}: ${count} containers`);
      measured.get(count)?.push(await readings(executable, count));
    }
  }
  const last = UPDATES[UPDATES.length - 1] ?? 0;
  const at = (count: number, updates: number) =>
    (measured.get(count) ?? []).flatMap((readings) => readings.get(updates) ?? []);
  return [
    {
      ...{ id: "by-containers", name: "CPU time of a supervisor for each update of its pod" },
      ...{ unit: "µs", by: "containers of the pod" },
      lines: [{
        name: "koordinator",
        points: CONTAINERS.map((x) => ({
          x,
          samples: at(x, last).map((ms) => ms * 1000 / last),
        })),
      }],
    },
    {
      ...{ id: "by-updates", name: "CPU time of a supervisor for all updates of its pod" },
      ...{ unit: "ms", by: "updates" },
      lines: CONTAINERS.map((count) => ({
        name: `${count} containers`,
        points: UPDATES.map((x) => ({ x, samples: at(count, x) })),
      })),
    },
  ];
}

/** How much more many cost than few: of the last line where there are more than two. */
export function growthWords(growths: readonly Growth[]): readonly string[] {
  return growths.flatMap(({ name, by, unit, lines }) =>
    lines.slice(lines.length > 2 ? -1 : 0).flatMap((line) => {
      const [first, last] = [line.points[0], line.points.at(-1)];
      if (first === undefined || last === undefined) return [];
      const [low, high] = [median(first.samples), median(last.samples)];
      const of = lines.length > 1 ? `, ${line.name}` : "";
      return [
        `**${name}**${of}: ${number(low)} ${unit} at ${first.x} ${by}, ${number(high)} ${unit} ` +
        `at ${last.x}: ${number(high / low)} times as much for ${number(last.x / first.x)} times ` +
        "as many.",
      ];
    })
  );
}

async function readings(executable: string, containers: number): Promise<Readings> {
  const others = Array.from({ length: containers - 2 }, (_, index) => `other-${index}`);
  const names = ["main", "proxy", ...others];
  const specs = names.map((name) => ({ name, readinessProbe: {} }));
  const statuses = (update: number) => [
    unready("main"),
    // Its restarts are what changes: something that a supervisor has to read.
    { ...unready("proxy"), restartCount: update },
    ...others.map(ready),
  ];
  await using supervised = await startSupervised(executable, {
    pod: pod(statuses(0), { containers: specs }),
    argv: ["/bin/true"],
    spec: { startDeps: ["proxy"] },
    stdout: "null",
  });
  const { server, child } = supervised;
  await untilQuiet(child.pid, QUIET_MS);
  const before = cpuTime(child.pid);
  const found = new Map<number, number>();
  let update = 0;
  for (const until of UPDATES) {
    while (update < until) {
      update++;
      const next = pod(statuses(update), { containers: specs });
      server.update(() => next);
      await new Promise((done) => setTimeout(done, PAUSE_MS));
    }
    await untilQuiet(child.pid, QUIET_MS);
    found.set(until, cpuTime(child.pid) - before);
  }
  return found;
}

/** Many supervisors that wait, each for a pod of its own, beside a real API server. */
import { apiLoad, briefApiLoad, credentials, idlePods } from "../e2e/api_load.ts";
import { cpuTime } from "./cpu_time.ts";
import { type Figure, type Growth, result } from "./figure.ts";
import { pssOf } from "./node.ts";
import type { Place } from "./place.ts";

/** How many more are started at a time, so that the growth can be seen. */
const SHARES = [0.2, 1] as const;
/** Longer than what a supervisor waits before it gives memory back. */
const AT_REST_MS = 4000;
/** For how long the API server is looked at while nothing of ours runs. */
const IDLE_MS = 6000;
const PATIENCE_MS = 180_000;

/** How it is measured. */
export interface ScaleOptions {
  readonly place: Place;
  readonly apiServer: URL;
  readonly executable: string;
  readonly supervisors: number;
  readonly progress: (text: string) => void;
}

/** Whether they ask the API server, or have a state directory alone. */
const WAYS = [
  { name: "with the API server", ours: true, env: {} },
  { name: "asking nobody (KOORDINATOR_API=never)", ours: true, env: { KOORDINATOR_API: "never" } },
] as const;
type Way = typeof WAYS[number];

/** What some supervisors cost, in all, until they wait at rest. */
interface Cost {
  readonly supervisors: number;
  readonly requests: number;
  readonly apiCpuMs: number;
  readonly apiMemoryBytes: number;
  readonly cpuMs: number;
  readonly pssBytes: number;
}

/** Measures both ways. */
export async function measureScale(
  options: ScaleOptions,
): Promise<{ readonly figures: readonly Figure[]; readonly growths: readonly Growth[] }> {
  const { place, supervisors } = options;
  const pods = idlePods(supervisors, ["main", "proxy"]);
  await place.apply("create", pods);
  const root = await Deno.makeTempDir();
  const costs = new Map<Way, readonly Cost[]>();
  try {
    const env = await credentials(place.client, place.name, root, options.apiServer);
    for (const way of WAYS) costs.set(way, await startAll(options, way, env, root));
  } finally {
    await Deno.remove(root, { recursive: true });
  }
  const each = (pick: (cost: Cost) => number) =>
    [...costs].map(([way, steps]) => {
      const last = steps.at(-1);
      return result(way, last === undefined ? [] : [pick(last) / last.supervisors], "not measured");
    });
  const shown = { compared: false } as const;
  const of = (id: string, name: string, unit: Figure["unit"], pick: (cost: Cost) => number) => ({
    ...{ id: `scale-${id}`, name, unit, ...shown, results: each(pick) },
  });
  const growth = (
    id: string,
    name: string,
    unit: string,
    pick: (cost: Cost) => number,
  ): Growth => ({
    ...{ id: `pods-${id}`, name, unit, by: "pods" },
    lines: [...costs].map(([way, steps]) => ({
      name: way.name,
      points: steps.map((cost) => ({ x: cost.supervisors, samples: [pick(cost)] })),
    })),
  });
  return {
    figures: [
      of("requests", "requests to the API server", "count", ({ requests }) => requests),
      of(
        "api-cpu",
        "CPU time of the API server, less what it takes anyway",
        "ms",
        ({ apiCpuMs }) => apiCpuMs,
      ),
      of(
        "api-memory",
        "memory of the API server",
        "KiB",
        ({ apiMemoryBytes }) => apiMemoryBytes / 1024,
      ),
      of("cpu", "CPU time of the supervisor, start and wait", "ms", ({ cpuMs }) => cpuMs),
      of(
        "pss",
        "memory of the supervisor at rest (Pss)",
        "MiB",
        ({ pssBytes }) => pssBytes / 2 ** 20,
      ),
    ],
    growths: [
      growth(
        "api-cpu",
        "CPU time of the API server until all wait",
        "ms",
        ({ apiCpuMs }) => apiCpuMs,
      ),
      growth("pss", "memory of all supervisors (Pss)", "MiB", ({ pssBytes }) => pssBytes / 2 ** 20),
    ],
  };
}

async function startAll(
  { place, executable, supervisors, progress }: ScaleOptions,
  way: Way,
  env: Readonly<Record<string, string>>,
  root: string,
): Promise<readonly Cost[]> {
  const children: Deno.ChildProcess[] = [];
  const states: string[] = [];
  const idle = await idleCpu(place);
  const before = await apiLoad(place.client);
  let apiCpuMs = 0;
  const costs: Cost[] = [];
  try {
    for (const share of SHARES) {
      const wanted = Math.round(supervisors * share);
      progress(`${wanted} supervisors ${way.name}`);
      const startedAt = performance.now();
      const started = await briefApiLoad(place.client);
      while (children.length < wanted) {
        const state = await Deno.makeTempDir({ dir: root });
        states.push(state);
        children.push(
          new Deno.Command(executable, {
            args: ["/bin/true"],
            env: {
              ...env,
              ...way.env,
              KOORDINATOR_STATE_DIR: state,
              KOORDINATOR_POD_NAME: `idle-${children.length}`,
              KOORDINATOR_POD_NAMESPACE: place.name,
              KOORDINATOR_CONTAINER_NAME: "main",
              KOORDINATOR_SPEC: '{"startDeps":["proxy"]}',
            },
            ...{ clearEnv: true, stdin: "null", stdout: "null", stderr: "null" },
          }).spawn(),
        );
      }
      const asks = !("KOORDINATOR_API" in way.env);
      await until(`${wanted} supervisors wait`, () => allWait(states));
      await new Promise((done) => setTimeout(done, AT_REST_MS));
      let rested = await briefApiLoad(place.client);
      await until(`${wanted} supervisors watch`, async () => {
        rested = await briefApiLoad(place.client);
        return !asks || rested.watches >= before.watches + wanted;
      });
      apiCpuMs += (rested.cpuSeconds - started.cpuSeconds) * 1000 -
        idle * (performance.now() - startedAt);
      const after = await apiLoad(place.client);
      costs.push({
        supervisors: wanted,
        requests: after.requests - before.requests,
        apiCpuMs,
        apiMemoryBytes: after.memoryBytes - before.memoryBytes,
        cpuMs: children.reduce((sum, { pid }) => sum + cpuTime(pid), 0),
        pssBytes: children.reduce((sum, { pid }) => sum + pssOf(pid), 0),
      });
    }
    return costs;
  } finally {
    for (const child of children) child.kill("SIGKILL");
    await Promise.all(children.map(({ status }) => status));
  }
}

/** What the API server takes of a processor while nothing of ours runs, as a share of the time. */
async function idleCpu({ client }: Place): Promise<number> {
  const pause = () => new Promise((done) => setTimeout(done, IDLE_MS));
  // What came before, the making of the pods, has an aftermath.
  await pause();
  const before = await briefApiLoad(client);
  const begun = performance.now();
  await pause();
  const after = await briefApiLoad(client);
  return (after.cpuSeconds - before.cpuSeconds) * 1000 / (performance.now() - begun);
}

/** A supervisor that waits has told so. */
async function allWait(states: readonly string[]): Promise<boolean> {
  const found = await Promise.all(
    states.map((state) => Deno.stat(`${state}/main.json`).then(() => true, () => false)),
  );
  return !found.includes(false);
}

/** @throws {Error} if it does not come true in time */
async function until(what: string, ask: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!await ask()) {
    if (performance.now() > deadline) throw new Error(`not in time: ${what}`);
    await new Promise((done) => setTimeout(done, 1000));
  }
}

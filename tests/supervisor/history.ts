/** What happens to one container, and what two sources tell of it, each with delays of its own. */
import fc from "fast-check";
import type { ContainerStatus, Pod } from "../../lib/pod/pod.ts";
import { HELD, LAUNCHED, type Report } from "../../lib/supervisor/report.ts";
import type { RestartPolicy } from "../../lib/supervisor/state.ts";
import { type Happening, START } from "./timeline.ts";

/** One run of the container, by the times in milliseconds at which it came to something. */
export interface Run {
  readonly began: number;
  /** Infinity: never. */
  readonly launched: number;
  readonly ready: number;
  readonly ended: number;
  readonly exitCode: number;
  /** Whether its supervisor was killed, so that it told nothing of its end. */
  readonly killed: boolean;
}

/** A container's life, and who looks at it. */
export interface History {
  readonly policy: RestartPolicy;
  readonly runs: readonly Run[];
  /** Whether the kubelet probes it, and whether its own supervisor checks it. */
  readonly probed: boolean;
  readonly checked: boolean;
  /** Delays of each thing that is told, in milliseconds; they never change an order. */
  readonly apiDelays: readonly number[];
  readonly siblingDelays: readonly number[];
}

/** No source tells anything later than this, in milliseconds. */
export const LONGEST_DELAY = 4_000;

/** What the kubelet takes to begin a run that nothing holds back, and its pauses before it. */
function restartTime(ends: number, slowness: number): number {
  const backoff = ends < 2 ? 0 : Math.min(300_000, 10_000 * 2 ** (ends - 2));
  return backoff + 500 + slowness;
}

const step = fc.integer({ min: 50, max: 8_000 });

const plan = fc.record({
  held: step,
  getsReady: fc.option(step),
  lasts: fc.option(step),
  exitCode: fc.constantFrom(0, 0, 1, 42),
  killed: fc.boolean(),
  slowness: fc.integer({ min: 0, max: 3_000 }),
});

/** A container's life under each policy: it runs again as the kubelet would have it. */
export const histories: fc.Arbitrary<History> = fc.record({
  policy: fc.constantFrom<RestartPolicy>("Never", "OnFailure", "Always"),
  plans: fc.array(plan, { minLength: 1, maxLength: 4 }),
  probed: fc.boolean(),
  checked: fc.boolean(),
  apiDelays: fc.array(fc.integer({ min: 0, max: LONGEST_DELAY }), { minLength: 40, maxLength: 40 }),
  siblingDelays: fc.array(fc.integer({ min: 0, max: LONGEST_DELAY }), {
    minLength: 40,
    maxLength: 40,
  }),
}).map(({ policy, plans, ...rest }) => {
  const runs: Run[] = [];
  let at = 1_000;
  for (const { held, getsReady, lasts, exitCode, killed, slowness } of plans) {
    const launched = at + held;
    const ready = launched + (getsReady ?? Infinity);
    const code = killed ? 137 : exitCode;
    // The last plan of a container that would run again for ever is one that goes on.
    const goesOn = lasts === null || runs.length === plans.length - 1 && isRestarted(policy, code);
    const ended = goesOn ? Infinity : launched + lasts;
    runs.push({
      began: at,
      launched,
      ready: ready < ended ? ready : Infinity,
      ended,
      exitCode: code,
      killed,
    });
    if (ended === Infinity || !isRestarted(policy, code)) break;
    at = ended + restartTime(runs.length, slowness);
  }
  return { policy, runs, ...rest };
});

function isRestarted(policy: RestartPolicy, exitCode: number): boolean {
  return policy === "Always" || policy === "OnFailure" && exitCode !== 0;
}

/** All times at which something changes. */
function changes({ runs }: History): readonly number[] {
  return runs.flatMap(({ began, launched, ready, ended }) => [began, launched, ready, ended])
    .filter((at) => at < Infinity).toSorted((one, other) => one - other);
}

/** When what happened at these times is told, in the same order. */
function told(times: readonly number[], delays: readonly number[]): readonly number[] {
  let last = 0;
  return times.map((at, index) => last = Math.max(last, at + (delays[index] ?? 0)));
}

/** What the API server tells: the pod as it was at each change. */
export function byApiServer(history: History): readonly (readonly [number, Happening])[] {
  const times = [0, ...changes(history)];
  const at = told(times, history.apiDelays);
  return times.map((time, index): readonly [number, Happening] => {
    const pod = podAt(history, time);
    return [at[index] ?? 0, (now) => ({ kind: "podObserved", pod, at: now })];
  });
}

function seconds(at: number): string {
  return `${new Date(START + at).toISOString().slice(0, 19)}Z`;
}

function podAt({ policy, runs, probed, checked }: History, time: number): Pod {
  const index = runs.findLastIndex(({ began }) => began <= time);
  const run = runs[index];
  const before = runs[index - 1];
  const probe = probed ? { readinessProbe: {} } : {};
  const readiness = checked ? { readiness: { tcp: 1 } } : {};
  const env = [{ name: "KOORDINATOR_SPEC", value: JSON.stringify(readiness) }];
  return {
    metadata: { name: "pod", uid: "uid-1" },
    spec: {
      restartPolicy: policy,
      containers: [{ name: "main", env, ...probe }, { name: "side" }],
    },
    status: {
      phase: "Running",
      containerStatuses: run === undefined
        ? []
        : [statusOf(run, time, probed, index, before), sideStatus()],
    },
  };
}

function statusOf(
  run: Run,
  time: number,
  probed: boolean,
  restartCount: number,
  before: Run | undefined,
): ContainerStatus {
  const lastState = before === undefined ? {} : { terminated: terminated(before) };
  if (time >= run.ended) {
    const state = { terminated: terminated(run) };
    return { name: "main", ready: false, started: false, restartCount, state, lastState };
  }
  const state = { running: { startedAt: seconds(run.began) } };
  const ready = !probed || time >= run.ready;
  return { name: "main", ready, started: true, restartCount, state, lastState };
}

function terminated({ began, ended, exitCode }: Run) {
  return { exitCode, startedAt: seconds(began), finishedAt: seconds(ended) };
}

function sideStatus(): ContainerStatus {
  const state = { running: { startedAt: seconds(0) } };
  return { name: "side", ready: true, started: true, restartCount: 0, state };
}

/** What the container's own supervisor tells, and the kernel of it. */
export function bySiblings(history: History): readonly (readonly [number, Happening])[] {
  const all = history.runs.flatMap((run) => lifeOf(history, run))
    .filter(([at]) => at < Infinity);
  const at = told(all.map(([time]) => time), history.siblingDelays);
  return all.map(([, happening], index) => [at[index] ?? 0, happening]);
}

function lifeOf({ checked }: History, run: Run): readonly (readonly [number, Happening])[] {
  const tell = (time: number, report: Report): readonly [number, Happening] => [
    time,
    () => ({ kind: "siblingReported", container: "main", report, at: START + time }),
  ];
  const relations = { startDeps: [], stopDeps: [] };
  const running = (ready: boolean): Report => ({
    ...relations,
    ...LAUNCHED,
    phase: "running",
    ready,
    checked,
  });
  const launched = run.launched < run.ended;
  const gone: readonly [number, Happening] = [
    run.ended,
    () => ({
      kind: "siblingEnded",
      container: "main",
      exitCode: run.killed ? undefined : run.exitCode,
    }),
  ];
  const end: Report = {
    ...relations,
    ...(launched ? LAUNCHED : HELD),
    phase: "ended",
    exitCode: run.exitCode,
  };
  return [
    tell(run.began, { ...relations, ...HELD, phase: "waiting" }),
    tell(run.launched, running(!checked)),
    ...(checked ? [tell(run.ready, running(true))] : []),
    ...(run.killed ? [] : [tell(run.ended, end)]),
    gone,
  ];
}

/** Several rows of events as one, in the order of their times. */
export function merged(
  ...rows: readonly (readonly (readonly [number, Happening])[])[]
): readonly (readonly [number, Happening])[] {
  return rows.flat().toSorted(([one], [other]) => one - other);
}

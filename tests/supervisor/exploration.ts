/** Goes through what `step(state, event)` can make of every kind of state, from the beginning on. */
import { seconds } from "../../lib/spec/duration.ts";
import type { Spec } from "../../lib/spec/spec.ts";
import type { Event, TimerName } from "../../lib/supervisor/events.ts";
import { judgeGate } from "../../lib/supervisor/gate.ts";
import { INITIAL, step } from "../../lib/supervisor/machine.ts";
import type { Observations } from "../../lib/supervisor/observations.ts";
import type { Phase } from "../../lib/supervisor/report.ts";
import type { State } from "../../lib/supervisor/state.ts";
import { judgeStops } from "../../lib/supervisor/stop.ts";
import { ended, pod, ready, unready } from "../../tools/scripted_cluster/pods.ts";
import { contextOf, quitCall } from "./play.ts";
import { report } from "./reports.ts";
import { transition } from "./transitions.ts";

/** After every start in pods.ts, in milliseconds since 1970. */
const AT = Date.parse("2026-01-01T00:00:30Z");

const FILE = { kind: "file", path: "/ready" } as const;
const READY = { kind: "container", container: "proxy", until: "ready", optional: false } as const;
const OVER = { ...READY, until: "terminated" } as const;
const CALL = { call: quitCall(1), on: "always", lastOf: [] } as const;

const STARTS: readonly Spec["startDeps"][] = [[], [READY], [OVER], [FILE], [FILE, READY]];
const STOPS: readonly Spec["stopDeps"][] = [[], [{ container: "main", when: "final" }]];
const CALLS: readonly Spec["afterExit"][] = [
  [],
  [CALL],
  [{ ...CALL, on: undefined }],
  [{ ...CALL, lastOf: ["main"] }],
];
const ENDS: readonly Partial<Spec>[] = [
  { onStartTimeout: "start" },
  {
    killMode: "group",
    restart: { policy: "always", maxRetries: undefined, backoff: seconds(1) },
  },
];

const SPECS: readonly Partial<Spec>[] = [
  { stopDeps: [{ container: "self", when: "final" }] },
  ...STARTS.flatMap((startDeps) =>
    STOPS.flatMap((stopDeps) =>
      CALLS.flatMap((afterExit) =>
        ENDS.map((ends) => ({ startDeps, stopDeps, afterExit, startTimeout: seconds(1), ...ends }))
      )
    )
  ),
];

const PODS = [ready("main"), ended("main", 0)].flatMap((main) =>
  [ready("proxy"), unready("proxy"), ended("proxy", 1)].flatMap((proxy) => [
    pod([main, proxy]),
    pod([main, proxy], { restartPolicy: "OnFailure" }),
    pod([main, proxy], { deletionTimestamp: "2026-01-01T00:00:30Z" }),
  ])
);

/** All timers: the compiler says if one is missing. */
const TIMERS: { readonly [Timer in TimerName]: Timer } = {
  progress: "progress",
  startTimeout: "startTimeout",
  restart: "restart",
  stopDelay: "stopDelay",
  stopLinger: "stopLinger",
  order: "order",
  misjudged: "misjudged",
  escalation: "escalation",
  api: "api",
  listening: "listening",
  newRun: "newRun",
  others: "others",
  observeAgain: "observeAgain",
  listenAgain: "listenAgain",
  checkAgain: "checkAgain",
  probeAgain: "probeAgain",
};

const SIBLINGS = ["main", "proxy"];
const PHASES: readonly Phase[] = [
  { phase: "waiting" },
  { phase: "running" },
  { phase: "ended", exitCode: 0 },
];
const EXITED = { kind: "exited", code: 1 } as const;

/** Events of all kinds: the compiler says if one is missing. */
const EVENTS: { readonly [Kind in Event["kind"]]: readonly Extract<Event, { kind: Kind }>[] } = {
  begun: [{ kind: "begun" }],
  podObserved: PODS.map((observed) => ({ kind: "podObserved", pod: observed, at: 0 })),
  podGone: [{ kind: "podGone" }],
  siblingReported: SIBLINGS.flatMap((container) =>
    PHASES.map((phase) => ({ kind: "siblingReported", container, report: report(phase), at: AT }))
  ),
  siblingEnded: SIBLINGS.flatMap((container) =>
    [0, undefined].map((exitCode) => ({ kind: "siblingEnded", container, exitCode }))
  ),
  apiRefused: [{ kind: "apiRefused" }],
  readinessChecked: [{ kind: "readinessChecked", open: true }],
  dependencyProbed: [
    { kind: "dependencyProbed", index: 0, open: true },
    { kind: "dependencyProbed", index: 0, open: false, why: "" },
  ],
  signalled: [
    { kind: "signalled", signal: "SIGTERM", at: 0 },
    { kind: "signalled", signal: "SIGUSR1", at: 0 },
  ],
  timerFired: Object.values(TIMERS).map((timer) => ({ kind: "timerFired", timer })),
  handOverRefused: [{ kind: "handOverRefused" }],
  launchFailed: [{ kind: "launchFailed", exitCode: 127, message: "not found" }],
  childExited: [
    { kind: "childExited", end: EXITED },
    { kind: "childExited", end: { kind: "exited", code: 0 } },
    { kind: "childExited", end: EXITED, left: { inGroup: true, asChildren: false } },
  ],
  groupEnded: [{ kind: "groupEnded" }],
  childStopped: [{ kind: "childStopped" }],
  stopActionEnded: [{ kind: "stopActionEnded", ok: false, detail: "" }],
  afterExitEnded: [{ kind: "afterExitEnded", ok: true, detail: "" }],
  crashed: [{ kind: "crashed", message: "" }],
  effectFailed: [
    { kind: "effectFailed", effect: { kind: "observePod" }, message: "" },
    { kind: "effectFailed", effect: { kind: "awaitGroup" }, message: "" },
    { kind: "effectFailed", effect: { kind: "callAfterExit", call: CALL.call }, message: "" },
  ],
};

/**
 * What counts of a state: of all that have it in common `most` are gone on from. Without such a bound
 * there is no end to them, and a way that is chosen at random finds the rare ones only by luck.
 */
function essenceOf(spec: Spec, state: State): readonly unknown[] {
  const { phase } = state;
  switch (phase) {
    case "waiting":
      return [phase, state.restarted > 0, state.pausing, ...insight(spec, state.known)];
    case "handingOver":
      return [phase, state.restarted > 0, state.signals.length > 0];
    case "running": {
      const { restarted, stopStep, termination, known } = state;
      const isKilled = stopStep === "kill";
      const stop = [stopStep !== undefined, isKilled, termination !== undefined];
      return [phase, restarted > 0, ...stop, ...insight(spec, known)];
    }
    case "draining":
      return [phase, ...essenceOf(spec, state.running)];
    case "finishing": {
      const { calls, ending, undecided } = state;
      const known = undecided === undefined ? [] : insight(spec, undecided.known);
      return [phase, calls.length > 0, ending.code === 0, undecided?.by, ...known];
    }
    default:
      return [phase];
  }
}

function insight(spec: Spec, known: Observations): readonly unknown[] {
  const { pod, reports } = known;
  return [
    pod?.metadata.deletionTimestamp,
    pod?.spec?.restartPolicy,
    judgeGate(spec, known).kind,
    judgeStops(spec, known, false).met,
    reports.has("main"),
  ];
}

/**
 * The transitions that some order of events makes.
 *
 * @param most how many states of one essence are gone on from @default 1
 */
export function explore(most = 1): ReadonlySet<string> {
  const found = new Set<string>();
  const events = Object.values(EVENTS).flat();
  for (const given of SPECS) {
    const context = contextOf(given, "self");
    const counts = new Map<string, number>();
    const states: State[] = [INITIAL];
    for (const state of states) {
      for (const event of events) {
        const next = step(context, state, event).state;
        if (next === state) continue;
        if (next.phase !== state.phase) found.add(transition(state, event, next));
        const essence = JSON.stringify(essenceOf(context.spec, next));
        const count = counts.get(essence) ?? 0;
        if (count < most) states.push(next);
        counts.set(essence, count + 1);
      }
    }
  }
  return found;
}

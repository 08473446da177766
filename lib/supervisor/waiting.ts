import { ExitCode } from "../errors.ts";
import { milliseconds, seconds } from "../spec/duration.ts";
import { type SignalName, SIGNALS } from "../spec/signal.ts";
import type { Spec } from "../spec/spec.ts";
import { isCurious } from "./curiosity.ts";
import { findContainer, isBeingDeleted, notInPod } from "./container.ts";
import type { Effect, Event, TimerName } from "./events.ts";
import { finish } from "./finishing.ts";
import { judgeGate, type Missing } from "./gate.ts";
import { ignorance, type Knowledge, learn } from "./knowledge.ts";
import type { Context, Running, Step, Waiting } from "./state.ts";
import { judgeStops } from "./stop.ts";

/** How often a progress line says what is still missing. */
const PROGRESS_INTERVAL = seconds(10);

/** The longest pause before a restart: the kubelet's own. */
const LONGEST_PAUSE = seconds(300);

/** Signals that end a program by default and that people send to end one. */
const ENDING: ReadonlySet<SignalName> = new Set(["SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP"]);

/** The first step: launch at once when nothing holds the command back, else begin to wait. */
export function begin(context: Context): Step {
  const { spec, self } = context;
  const known = ignorance(self);
  if (spec.startDeps.length === 0) {
    const launched = launch(context, known, 0);
    return isCurious(spec, launched.state)
      ? { ...launched, effects: [...launched.effects, { kind: "observePod" }] }
      : launched;
  }
  const effects = startWaiting(spec);
  if (
    spec.startDeps.some(({ kind }) => kind === "container") ||
    isCurious(spec, { known, rung: undefined, termination: undefined })
  ) {
    effects.push({ kind: "observePod" });
  }
  return { state: { phase: "waiting", known, restarted: 0, pausing: false }, effects };
}

/** Holds the command back once more, after a pause that doubles with each restart. */
export function waitAgain(context: Context, state: Running): Step {
  const { spec } = context;
  const pause = Math.min(LONGEST_PAUSE, spec.restart.backoff * 2 ** state.restarted);
  return {
    state: {
      phase: "waiting",
      known: { ...state.known, probed: new Set() },
      restarted: state.restarted + 1,
      pausing: true,
    },
    effects: [
      ...startWaiting(spec),
      { kind: "setTimer", timer: "restart", after: milliseconds(pause) },
    ],
  };
}

function startWaiting(spec: Spec): Effect[] {
  const effects: Effect[] = [
    { kind: "publish", report: { phase: "waiting" } },
    { kind: "setTimer", timer: "progress", after: PROGRESS_INTERVAL },
  ];
  if (spec.startTimeout !== undefined) {
    effects.push({ kind: "setTimer", timer: "startTimeout", after: spec.startTimeout });
  }
  for (const [index, dependency] of spec.startDeps.entries()) {
    if (dependency.kind !== "container") effects.push({ kind: "probe", index, dependency });
  }
  return effects;
}

/** What an event means while the command is held back. */
export function stepWaiting(context: Context, state: Waiting, event: Event): Step {
  switch (event.kind) {
    case "podObserved":
    case "siblingReported":
    case "dependencyProbed":
      return judge(context, { ...state, known: learn(state.known, event) });
    case "podGone":
      return giveUp(ExitCode.terminatedWaiting, "the pod is gone from the API: nothing launched");
    case "signalled":
      if (event.signal !== context.spec.termSignal && !ENDING.has(event.signal)) {
        return { state, effects: [] };
      }
      return giveUp(
        event.signal === context.spec.termSignal
          ? ExitCode.terminatedWaiting
          : 128 + SIGNALS[event.signal],
        `${event.signal} while waiting for start dependencies: nothing launched`,
      );
    case "timerFired":
      return stepTimer(context, state, event.timer);
    default:
      return { state, effects: [] };
  }
}

function stepTimer(context: Context, state: Waiting, timer: TimerName): Step {
  const verdict = judgeGate(context.spec, state.known);
  const missing = verdict.kind === "closed" ? verdict.missing : [];
  if (timer === "restart") return judge(context, { ...state, pausing: false });
  if (timer === "progress") {
    const effects: Effect[] = [
      {
        kind: "log",
        level: "info",
        message: `still waiting for ${sentence(missing)}`,
        fields: { missing },
      },
      { kind: "setTimer", timer: "progress", after: PROGRESS_INTERVAL },
    ];
    return { state, effects };
  }
  if (timer !== "startTimeout") return { state, effects: [] };
  const why = `start timeout: still waiting for ${sentence(missing)}`;
  if (context.spec.onStartTimeout === "fail") return giveUp(ExitCode.startTimeout, why);
  const launched = launchAfterWait(context, state);
  const warning: Effect = { kind: "log", level: "warning", message: `${why}; launching anyway` };
  return { ...launched, effects: [warning, ...launched.effects] };
}

function judge(context: Context, state: Waiting): Step {
  const { spec } = context;
  const { pod } = state.known;
  if (pod !== undefined) {
    if (isBeingDeleted(pod)) {
      const why = "the pod is being deleted: nothing launched";
      return giveUp(ExitCode.terminatedWaiting, why);
    }
    const unknown = pod.spec === undefined
      ? undefined
      : spec.stopDeps.find(({ container }) => findContainer(pod, container) === undefined);
    if (unknown !== undefined) {
      const why = notInPod(pod, unknown.container);
      return giveUp(ExitCode.failure, `stop dependency ${unknown.container}: ${why}`);
    }
  }
  const { met, stopped } = judgeStops(spec, state.known);
  if (met !== undefined) {
    const code = Math.max(0, spec.terminatedByStopDepExitCode);
    return giveUp(code, `stop dependency ${met} has ended already: nothing launched`);
  }
  const now: Waiting = { ...state, known: { ...state.known, stopped } };
  const verdict = judgeGate(spec, now.known);
  switch (verdict.kind) {
    case "open":
      return now.pausing ? { state: now, effects: [] } : launchAfterWait(context, now);
    case "impossible": {
      const { dependency, why } = verdict.missing;
      return giveUp(
        ExitCode.unmeetable,
        `start dependency ${dependency} can never be met: ${why}`,
      );
    }
    case "closed":
      return { state: now, effects: [] };
  }
}

function launchAfterWait(context: Context, state: Waiting): Step {
  const launched = launch(context, state.known, state.restarted);
  const effects: Effect[] = [
    { kind: "clearTimer", timer: "progress" },
    { kind: "clearTimer", timer: "startTimeout" },
    { kind: "clearTimer", timer: "restart" },
    { kind: "stopProbing" },
  ];
  if (!isCurious(context.spec, launched.state)) effects.push({ kind: "forgetPod" });
  effects.push({ kind: "log", level: "info", message: "start dependencies hold: launching" });
  return { ...launched, effects: [...effects, ...launched.effects] };
}

function launch(
  context: Context,
  known: Knowledge,
  restarted: number,
): Step & { readonly state: Running } {
  const handOver = context.spec.handOver && !isNeededAfterwards(context.spec, known);
  return {
    state: { phase: "running", known, restarted, rung: undefined, termination: undefined },
    effects: [{ kind: "publish", report: { phase: "running" } }, { kind: "launch", handOver }],
  };
}

/** Whether anything is left to do for koordinator once the command runs. */
function isNeededAfterwards(spec: Spec, known: Knowledge): boolean {
  return spec.stopDeps.length > 0 || spec.stopDelay > 0 || spec.afterExit.length > 0 ||
    spec.exitCodes.size > 0 || spec.signals.size > 0 || spec.restart.policy !== "never" ||
    isServed(known);
}

/** Whether a sibling stops when this container has ended: its end is then worth telling. */
function isServed({ self, siblings }: Knowledge): boolean {
  return [...siblings.values()].some(({ stopDeps }) =>
    stopDeps.some(({ container }) => container === self)
  );
}

function giveUp(code: number, reason: string): Step {
  return finish([], code, reason, [{ kind: "stopProbing" }, { kind: "forgetPod" }]);
}

function sentence(missing: readonly Missing[]): string {
  if (missing.length === 0) return "the pause before a restart";
  return missing.map(({ dependency, why }) => `${dependency} (${why})`).join(", ");
}

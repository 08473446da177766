import { ExitCode } from "../errors.ts";
import { milliseconds, seconds } from "../spec/duration.ts";
import { waitsForContainers } from "../spec/containers.ts";
import type { Spec } from "../spec/spec.ts";
import { attend, observe } from "./attention.ts";
import { log } from "./effects.ts";
import { isInterested, isInterestedInSiblings } from "./interest.ts";
import { findContainer } from "../pod/container.ts";
import { isBeingDeleted } from "../pod/restart_policy.ts";
import type { Effect, Event } from "./events.ts";
import type { Ending } from "./closing.ts";
import { finish, finishWithCalls } from "./finishing.ts";
import { judgeGate, type Missing } from "./gate.ts";
import { launch, type Launched } from "./launching.ts";
import { nothingObserved, type Observations } from "./observations.ts";
import { podFaults, uncheckedFaults } from "./pod_faults.ts";
import { HELD, LAUNCHED } from "./report.ts";
import { pauseAfterLine, sentence, sourcesOf, waitingLine } from "./silence.ts";
import type { Context, Running, Step, Waiting } from "./state.ts";
import { exitCodeAfterStop, judgeStops } from "./stop.ts";
import { meaningOf } from "./stop_signals.ts";

const UNWAITED: Waiting["waited"] = { lines: 0, time: milliseconds(0) };

/** The longest pause before a restart: the kubelet's own. */
const LONGEST_PAUSE = seconds(300);

/** A wait that begins. */
export function unbegun(context: Context): Waiting {
  const known = nothingObserved(context);
  return { phase: "waiting", known, restarted: 0, pausing: false, waited: UNWAITED };
}

/** The first step: launch at once when nothing holds the command back, else begin to wait. */
export function begin(context: Context): Step {
  const { spec, self } = context;
  const known = nothingObserved(context);
  if (spec.stopDeps.some(({ container }) => container === self)) {
    const why =
      `stop dependency ${self} is this container itself, which would wait for its own end`;
    return finish(HELD, [], { code: ExitCode.failure, because: "unmeetable", reason: why }, []);
  }
  if (
    spec.startDeps.some((dependency) => "container" in dependency && dependency.container === self)
  ) {
    const why = `start dependency ${self} can never be met: it is this container itself`;
    return finish(HELD, [], { code: ExitCode.unmeetable, because: "unmeetable", reason: why }, []);
  }
  if (spec.startDeps.length === 0) {
    const launched = launch(context, known, 0);
    const [pod, siblings] = isFollowed(spec, launched);
    return { ...launched, effects: [...launched.effects, ...observe(pod, siblings)] };
  }
  const pod = waitsForContainers(spec) ||
    isInterested(spec, { known, stopStep: undefined, termination: undefined });
  return sayWaiting(context, unbegun(context), [
    ...startWaiting(spec),
    ...boundWait(spec),
    ...observe(pod, true),
  ]);
}

/** Holds the command back once more, after a pause that doubles with each restart. */
export function waitAgain(context: Context, state: Running): Step {
  const { spec } = context;
  const pause = Math.min(LONGEST_PAUSE, spec.restart.backoff * 2 ** state.restarted);
  const waiting: Waiting = {
    phase: "waiting",
    known: { ...state.known, probed: new Set(), shut: new Map() },
    restarted: state.restarted + 1,
    pausing: true,
    waited: UNWAITED,
  };
  // What was told while the command ran, or its group drained, may forbid another launch already.
  const judged = judge(context, waiting);
  if (judged.state.phase !== "waiting") return judged;
  return sayWaiting(context, judged.state, [
    ...judged.effects,
    ...startWaiting(spec),
    { kind: "setTimer", timer: "restart", after: milliseconds(pause) },
  ]);
}

function startWaiting(spec: Spec): Effect[] {
  const effects: Effect[] = [
    { kind: "publish", progress: { phase: "waiting", ...HELD } },
  ];
  for (const [index, dependency] of spec.startDeps.entries()) {
    if (dependency.kind !== "container") effects.push({ kind: "probe", index, dependency });
  }
  return effects;
}

/** The time for the dependencies: the pause before a restart is none of it. */
function boundWait({ startTimeout }: Spec): readonly Effect[] {
  return startTimeout === undefined
    ? []
    : [{ kind: "setTimer", timer: "startTimeout", after: startTimeout }];
}

/** What an event means while the command is held back. */
export function stepWaiting(context: Context, state: Waiting, event: Event): Step {
  switch (event.kind) {
    case "podObserved":
    case "siblingReported":
    case "siblingEnded":
    case "dependencyProbed":
      return learnAndJudge(context, state, event);
    case "apiRefused": {
      const { known, effects } = attend(context.spec, state.known, event);
      return { state: { ...state, known }, effects };
    }
    case "podGone":
      return giveUp(context, {
        code: ExitCode.terminatedWaiting,
        because: "terminated",
        reason: "the pod is gone from the API: nothing launched",
      }, state);
    case "signalled":
      if (meaningOf(context.spec, state.known, event.signal) === "none") {
        return { state, effects: [] };
      }
      return giveUp(context, {
        code: ExitCode.terminatedWaiting,
        because: "terminated",
        reason: `${event.signal} while waiting for start dependencies: nothing launched${
          livenessHint(state.known)
        }`,
      }, state);
    case "timerFired":
      return stepTimer(context, state, event);
    default:
      return { state, effects: [] };
  }
}

/** The kubelet restarts a container that is held back when nobody answers its liveness probe. */
function livenessHint({ pod, self }: Observations): string {
  const own = pod === undefined || self === undefined ? undefined : findContainer(pod, self);
  if (own?.spec.livenessProbe === undefined || own.spec.startupProbe !== undefined) return "";
  return "; if its liveness probe failed, which nobody answers meanwhile: " +
    "give it a startup probe, or ask by koordinator probe";
}

function learnAndJudge(context: Context, state: Waiting, event: Event): Step {
  const { known, effects } = attend(context.spec, state.known, event);
  const faults = [
    ...podFaults(context.spec, state.known, known),
    ...uncheckedFaults(context, state.known, known),
  ];
  const judged = judge(context, { ...state, known });
  return { ...judged, effects: [...effects, ...faults, ...judged.effects] };
}

function stepTimer(
  context: Context,
  state: Waiting,
  event: Extract<Event, { kind: "timerFired" }>,
): Step {
  switch (event.timer) {
    case "api":
    case "listening":
    case "newRun":
      return learnAndJudge(context, state, event);
    case "restart": {
      const next = judge(context, { ...state, pausing: false });
      return next.state.phase === "waiting"
        ? { ...next, effects: [...next.effects, ...boundWait(context.spec)] }
        : next;
    }
    case "progress":
      return sayWaiting(context, state, []);
    case "startTimeout":
      return timeOut(context, state);
    default:
      return { state, effects: [] };
  }
}

/** Says what is missing, and that it will be said again. */
function sayWaiting(context: Context, state: Waiting, effects: readonly Effect[]): Step {
  const { lines, time } = state.waited;
  const missing = missingNow(context, state);
  const after = pauseAfterLine(lines + 1);
  return {
    state: { ...state, waited: { lines: lines + 1, time: milliseconds(time + after) } },
    effects: [
      ...effects,
      log("info", "waiting", waitingLine(missing, time), {
        missing,
        sources: sourcesOf(context.sources),
      }),
      { kind: "setTimer", timer: "progress", after },
    ],
  };
}

function missingNow({ spec }: Context, { known }: Waiting): readonly Missing[] {
  const verdict = judgeGate(spec, known);
  return verdict.kind === "closed" ? verdict.missing : [];
}

function timeOut(context: Context, state: Waiting): Step {
  const why = `start timeout: still waiting for ${sentence(missingNow(context, state))}`;
  if (context.spec.onStartTimeout === "fail") {
    return giveUp(
      context,
      { code: ExitCode.startTimeout, because: "startTimeout", reason: why },
      state,
    );
  }
  const launched = launchAfterWait(context, state);
  const warning: Effect = log("warning", "startTimeout", `${why}; launching anyway`);
  return { ...launched, effects: [warning, ...launched.effects] };
}

function judge(context: Context, state: Waiting): Step {
  const { spec } = context;
  const { pod } = state.known;
  if (pod !== undefined && isBeingDeleted(pod)) {
    const why = "the pod is being deleted: nothing launched";
    return giveUp(
      context,
      { code: ExitCode.terminatedWaiting, because: "terminated", reason: why },
      state,
    );
  }
  const { met, stopped, code: after } = judgeStops(spec, state.known, false);
  if (met !== undefined) {
    const code = exitCodeAfterStop(after, 0);
    return giveUp(context, {
      code,
      because: "stopDependency",
      reason: `stop dependency ${met} has ended already: nothing launched`,
    }, state);
  }
  const now: Waiting = { ...state, known: { ...state.known, stopped } };
  const verdict = judgeGate(spec, now.known);
  switch (verdict.kind) {
    case "open":
      return now.pausing ? { state: now, effects: [] } : launchAfterWait(context, now);
    case "impossible": {
      const { dependency, why } = verdict.missing;
      const reason = `start dependency ${dependency} can never be met: ${why}`;
      return giveUp(context, { code: ExitCode.unmeetable, because: "unmeetable", reason }, state);
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
  const [pod, siblings] = isFollowed(context.spec, launched);
  if (!pod) effects.push({ kind: "forgetPod" });
  if (!siblings) effects.push({ kind: "forgetSiblings" });
  effects.push(log("info", "launching", "start dependencies hold: launching"));
  return { ...launched, effects: [...effects, ...launched.effects] };
}

/** Whether the pod, and whether the siblings, are still of interest. */
function isFollowed(
  spec: Spec,
  { state }: Launched,
): readonly [pod: boolean, siblings: boolean] {
  return state.phase === "running"
    ? [isInterested(spec, state), isInterestedInSiblings(spec, state)]
    : [false, false];
}

/** A proxy that nobody can wrap ends with this container, launched or not; with its pod in any case. */
function giveUp({ spec }: Context, ending: Ending, { known, restarted }: Waiting): Step {
  const command = restarted > 0 ? LAUNCHED : HELD;
  const effects: readonly Effect[] = [{ kind: "stopProbing" }];
  return ending.because === "terminated"
    ? finish(command, [], ending, [...effects, { kind: "forgetSiblings" }, { kind: "forgetPod" }])
    : finishWithCalls(spec, known, command, ending, effects);
}

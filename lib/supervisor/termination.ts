import { formatDuration, seconds } from "../spec/duration.ts";
import type { SignalName } from "../spec/signal.ts";
import type { Spec } from "../spec/spec.ts";
import { log, pass, prepend } from "./effects.ts";
import type { Effect, TimerName } from "./events.ts";
import type { Running, Step, Termination } from "./state.ts";
import { holdTime, isPodTerminating } from "./stop.ts";

/**
 * How long a container with stop dependencies looks for evidence that the whole pod is being
 * terminated: the kubelet signals all containers within moments, but not at the same one.
 */
const SEEK_TIME = seconds(1);

/** What a termination signal from outside means: the first may be held back, a second is not. */
export function stepTermination(spec: Spec, state: Running, signal: SignalName): Step {
  const publish: Effect = { kind: "publish", report: { phase: "stopping" } };
  if (state.rung !== undefined) return { state, effects: pass(spec, signal) };
  if (state.termination !== undefined) {
    return state.termination.delivered
      ? { state, effects: pass(spec, signal) }
      : deliver(spec, state, state.termination);
  }
  const delayed = spec.stopDelay > 0;
  const ordered = spec.stopDeps.length > 0;
  const termination: Termination = {
    signal,
    delayed,
    order: ordered ? "seeking" : "none",
    delivered: false,
  };
  const effects: Effect[] = [publish];
  if (delayed) {
    effects.push(
      log("info", `${signal} received: held back for ${formatDuration(spec.stopDelay)}`),
      { kind: "setTimer", timer: "stopDelay", after: spec.stopDelay },
    );
  }
  if (ordered) effects.push({ kind: "setTimer", timer: "order", after: SEEK_TIME });
  const next = reconsider(spec, { ...state, termination });
  return { ...next, effects: [...effects, ...next.effects] };
}

/** Looks at a held signal again: new evidence may hold it longer, or nothing holds it any more. */
export function reconsider(spec: Spec, state: Running): Step {
  const { termination } = state;
  if (termination === undefined || termination.delivered) return { state, effects: [] };
  if (termination.order === "seeking" && isPodTerminating(spec, state.known)) {
    const after = holdTime(spec, state.known.pod);
    const names = spec.stopDeps.map(({ container }) => container).join(", ");
    return {
      state: { ...state, termination: { ...termination, order: "held" } },
      effects: [
        log("info", `the pod is being terminated: ${termination.signal} is held back for ${names}`),
        { kind: "setTimer", timer: "order", after },
      ],
    };
  }
  return termination.delayed || termination.order !== "none"
    ? { state, effects: [] }
    : deliver(spec, state, termination);
}

/** What the end of a delay, or of the wait for other containers, means. */
export function stepTerminationTimer(spec: Spec, state: Running, timer: TimerName): Step {
  const { termination } = state;
  if (termination === undefined || termination.delivered || state.rung !== undefined) {
    return { state, effects: [] };
  }
  if (timer === "stopDelay") {
    return reconsider(spec, { ...state, termination: { ...termination, delayed: false } });
  }
  if (timer !== "order") return { state, effects: [] };
  const next = reconsider(spec, { ...state, termination: { ...termination, order: "none" } });
  return termination.order === "held"
    ? prepend(
      log("warning", "the grace period is needed for the own stop: waiting no longer"),
      next,
    )
    : next;
}

function deliver(spec: Spec, state: Running, termination: Termination): Step {
  return {
    state: {
      ...state,
      termination: { ...termination, delayed: false, order: "none", delivered: true },
    },
    effects: [
      { kind: "clearTimer", timer: "stopDelay" },
      { kind: "clearTimer", timer: "order" },
      ...pass(spec, termination.signal),
    ],
  };
}

import type { Spec } from "../spec/spec.ts";
import { attend, observe } from "./attention.ts";
import { deadlineOf } from "./deadline.ts";
import { end } from "./draining.ts";
import type { Event } from "./events.ts";
import { isInterested, isInterestedInSiblings } from "./interest.ts";
import { podFaults } from "./pod_faults.ts";
import { progressOf } from "./readiness.ts";
import type { Context, Running, Step } from "./state.ts";
import { judgeStops } from "./stop.ts";
import { ask, escalate, signalWhileStopping, stepActionEnded, stopFor } from "./stopping.ts";
import { extend, reconsider, stepSignal, stepTerminationTimer } from "./termination.ts";

/**
 * What an event means while the command runs. The pod is forgotten once nothing of it matters, and
 * followed again where it matters after all: a signal was not the command's end.
 */
export function stepRunning(context: Context, state: Running, event: Event): Step {
  const next = answer(context, state, event);
  const { spec } = context;
  if (next.state.phase !== "running") return next;
  const effects = [...next.effects];
  const [pod, podNow] = [isInterested(spec, state), isInterested(spec, next.state)];
  const siblings = isInterestedInSiblings(spec, state);
  const siblingsNow = isInterestedInSiblings(spec, next.state);
  if (pod && !podNow) effects.push({ kind: "forgetPod" });
  if (siblings && !siblingsNow) effects.push({ kind: "forgetSiblings" });
  return {
    state: next.state,
    effects: [...effects, ...observe(!pod && podNow, !siblings && siblingsNow)],
  };
}

function answer(context: Context, state: Running, event: Event): Step {
  const { spec } = context;
  switch (event.kind) {
    case "podObserved":
    case "siblingReported":
    case "siblingEnded":
      return learnAndJudge(spec, state, event);
    case "apiRefused": {
      const { known, effects } = attend(spec, state.known, event);
      return { state: { ...state, known }, effects };
    }
    case "readinessChecked": {
      // The answer to a question that nobody asks any more.
      if (state.readiness === "unasked") return { state, effects: [] };
      const readiness = event.open ? "ready" : "unready";
      return {
        state: { ...state, readiness },
        effects: [{ kind: "publish", progress: progressOf(spec, readiness, false) }],
      };
    }
    case "signalled":
      return state.stopStep === undefined
        ? stepSignal(spec, state, event)
        : signalWhileStopping(spec, state, event);
    case "childStopped":
      return { state, effects: [{ kind: "suspend", by: "terminal" }] };
    case "timerFired":
      return stepTimer(context, state, event);
    case "stopActionEnded":
      return stepActionEnded(spec, state, event);
    case "childExited":
      return end(context, state, event);
    default:
      return { state, effects: [] };
  }
}

function stepTimer(
  context: Context,
  state: Running,
  event: Extract<Event, { kind: "timerFired" }>,
): Step {
  const { spec } = context;
  const lingers = state.stopStep === "stopLinger";
  switch (event.timer) {
    case "escalation":
      return escalate(spec, state);
    case "api":
    case "listening":
    case "newRun":
      return learnAndJudge(spec, state, event);
    case "stopLinger":
    case "order":
      return lingers ? ask(spec, state) : stepTerminationTimer(spec, state, event.timer);
    default:
      return stepTerminationTimer(spec, state, event.timer);
  }
}

function learnAndJudge(spec: Spec, state: Running, event: Event): Step {
  const { known, effects } = attend(spec, state.known, event);
  const { stopped, met, code } = judgeStops(spec, known, state.termination !== undefined);
  const deadline = event.kind === "podObserved"
    ? deadlineOf(event.pod, state.known.sources, event.at, state.deadline)
    : state.deadline;
  const now: Running = { ...state, known: { ...known, stopped }, deadline };
  const step = state.stopStep !== undefined
    ? bound(spec, now)
    : met === undefined
    ? reconsider(spec, now)
    : stopFor(spec, { ...now, stopCode: code }, met);
  const faults = podFaults(spec, state.known, known);
  return { ...step, effects: [...effects, ...faults, ...step.effects] };
}

/** A command that is left for a moment longer is so no longer than the pod's deadline allows. */
function bound(spec: Spec, state: Running): Step {
  return state.stopStep === "stopLinger" ? extend(spec, state) : { state, effects: [] };
}

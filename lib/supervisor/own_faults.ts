import { seconds } from "../spec/duration.ts";
import { log } from "./effects.ts";
import type { Effect, Event } from "./events.ts";
import { isInterested, isInterestedInSiblings } from "./interest.ts";
import type { Context, Running, State, Step } from "./state.ts";

/** After what time is taken up again what koordinator failed at: a fault of its own is not soon over. */
const AGAIN_AFTER = seconds(10);

/** What could not be called has been called in vain. */
export function asResult(event: Event): Event {
  if (event.kind !== "effectFailed") return event;
  const result = { ok: false, detail: event.message };
  switch (event.effect.kind) {
    case "callStopAction":
      return { kind: "stopActionEnded", ...result };
    case "callAfterExit":
      return { kind: "afterExitEnded", ...result };
    case "awaitGroup":
      return { kind: "groupEnded" };
    default:
      return event;
  }
}

/**
 * What a fault of koordinator's own means: it is told, and a gate that would never open, or a stop that
 * would never come, is looked after again. undefined if the event speaks of none.
 */
export function stepOwnFault(context: Context, state: State, event: Event): Step | undefined {
  if (event.kind === "effectFailed") return { state, effects: answer(event.effect, event.message) };
  if (event.kind === "crashed") return { state, effects: afterCrash(event.message) };
  if (event.kind !== "timerFired") return undefined;
  switch (event.timer) {
    case "observeAgain":
      return { state, effects: isFollowing(context, state) ? [{ kind: "observePod" }] : [] };
    case "listenAgain":
      return { state, effects: isListening(context, state) ? [{ kind: "observeSiblings" }] : [] };
    case "checkAgain":
      return checkAgain(context, state);
    case "probeAgain":
      return probeAgain(context, state);
    default:
      return undefined;
  }
}

function answer(effect: Effect, message: string): readonly Effect[] {
  // Who cannot log need not try to log that.
  if (effect.kind === "log") return [];
  const told = log("error", "internalError", `koordinator failed at ${effect.kind}: ${message}`);
  switch (effect.kind) {
    case "observePod":
      return [told, { kind: "setTimer", timer: "observeAgain", after: AGAIN_AFTER }];
    case "observeSiblings":
      return [told, { kind: "setTimer", timer: "listenAgain", after: AGAIN_AFTER }];
    case "checkReadiness":
      return [told, { kind: "setTimer", timer: "checkAgain", after: AGAIN_AFTER }];
    case "probe":
      return [told, { kind: "setTimer", timer: "probeAgain", after: AGAIN_AFTER }];
    default:
      return [told];
  }
}

/** Nobody knows what has broken: all that may be gone is taken up again, where it is still wanted. */
function afterCrash(message: string): readonly Effect[] {
  const again = ["observeAgain", "listenAgain", "checkAgain", "probeAgain"] as const;
  return [
    log("error", "internalError", `internal error: ${message}`),
    ...again.map((timer): Effect => ({ kind: "setTimer", timer, after: AGAIN_AFTER })),
  ];
}

function isFollowing({ spec }: Context, state: State): boolean {
  const running = runningOf(state);
  return state.phase === "waiting" || running !== undefined && isInterested(spec, running);
}

function isListening({ spec }: Context, state: State): boolean {
  const running = runningOf(state);
  return state.phase === "waiting" ||
    running !== undefined && isInterestedInSiblings(spec, running);
}

/** What drains may be launched again, and wants to know then what was told meanwhile. */
function runningOf(state: State): Running | undefined {
  if (state.phase === "draining") return state.running;
  return state.phase === "running" ? state : undefined;
}

function checkAgain({ spec: { readiness } }: Context, state: State): Step {
  const isAsked = state.phase === "running" && state.readiness !== "unasked";
  return {
    state,
    effects: isAsked && readiness !== undefined
      ? [{ kind: "stopCheckingReadiness" }, { kind: "checkReadiness", readiness }]
      : [],
  };
}

function probeAgain({ spec }: Context, state: State): Step {
  if (state.phase !== "waiting") return { state, effects: [] };
  const probes = spec.startDeps.flatMap((dependency, index): readonly Effect[] =>
    dependency.kind === "container" ? [] : [{ kind: "probe", index, dependency }]
  );
  return {
    state: { ...state, known: { ...state.known, probed: new Set(), shut: new Map() } },
    effects: [{ kind: "stopProbing" }, ...probes],
  };
}

import { formatDuration, seconds } from "../spec/duration.ts";
import type { SignalName } from "../spec/signal.ts";
import type { Spec } from "../spec/spec.ts";
import { certainKillTime, holdLimit, LAST_MOMENT } from "./deadline.ts";
import { log, pass, prepend } from "./effects.ts";
import type { Effect, Event, TimerName } from "./events.ts";
import { progressOf } from "./readiness.ts";
import { LAUNCHED } from "./report.ts";
import { isPodTerminating, livesOn, servedBy, silentlyServed, stillServed } from "./served.ts";
import type { Running, Step, Termination } from "./state.ts";
import { type Meaning, meaningOf } from "./stop_signals.ts";

/**
 * How long a container with stop dependencies looks for evidence that the whole pod is being
 * terminated: the kubelet signals all containers within moments, but not at the same one.
 */
const SEEK_TIME = seconds(1);

/** A command that runs so long after a signal that was taken for its end was not ended by it. */
const MISJUDGED_AFTER = seconds(2);

type Signalled = Extract<Event, { kind: "signalled" }>;

/** What a signal from outside means: the first that ends may be held back, a second is not. */
export function stepSignal(spec: Spec, state: Running, event: Signalled): Step {
  const meaning = meaningOf(spec, state.known, event.signal);
  const { termination } = state;
  if (meaning === "none" || termination?.certain && termination.delivered) {
    return passOn(spec, state, event.signal);
  }
  if (termination === undefined || termination.delivered) return first(spec, state, event, meaning);
  if (!termination.certain) {
    // Nobody waits for two answers: the one before is passed on, and this one thought about.
    const before = deliver(spec, state, termination);
    const next = first(spec, before.state, event, meaning);
    return { state: next.state, effects: [...before.effects, ...next.effects] };
  }
  if (meaning === "control" && event.signal !== termination.signal) {
    return passOn(spec, state, event.signal);
  }
  const delivered = deliver(spec, state, termination);
  return event.signal === termination.signal ? delivered : {
    state: delivered.state,
    effects: [...delivered.effects, ...pass(spec, event.signal)],
  };
}

function passOn(spec: Spec, state: Running, signal: SignalName): Step {
  return { state, effects: pass(spec, signal) };
}

function first(
  spec: Spec,
  state: Running,
  { signal, at }: Signalled,
  meaning: Meaning,
): Step & { readonly state: Running } {
  const ordered = spec.stopDeps.length > 0;
  const known = meaning === "terminate" || isPodTerminating(spec, state.known, at);
  if (!known && meaning === "control" && !ordered) {
    return { state, effects: pass(spec, signal) };
  }
  const termination: Termination = {
    signal,
    at,
    certain: false,
    delayed: false,
    order: ordered ? "seeking" : "none",
    heldUntil: undefined,
    delivered: false,
  };
  const effects: Effect[] = ordered ? [{ kind: "setTimer", timer: "order", after: SEEK_TIME }] : [];
  const told = known || meaning === "quit"
    ? believe(spec, { ...state, termination }, termination, known)
    : { state: { ...state, termination }, effects: [] };
  const next = reconsider(spec, told.state);
  return { state: next.state, effects: [...told.effects, ...effects, ...next.effects] };
}

/** Takes a signal for the end: siblings are told, and the stop delay begins. */
function believe(
  spec: Spec,
  state: Running,
  termination: Termination,
  certain: boolean,
): Step & { readonly state: Running } {
  const { signal, at } = termination;
  const delayed = spec.stopDelay > 0;
  const effects: Effect[] = [
    { kind: "publish", progress: { phase: "stopping", ...LAUNCHED } },
  ];
  if (delayed) {
    effects.push(
      log(
        "info",
        "terminationHeld",
        `${signal} received: held back for ${formatDuration(spec.stopDelay)}`,
      ),
      { kind: "setAlarm", timer: "stopDelay", at: at + spec.stopDelay },
    );
  }
  return { state: { ...state, termination: { ...termination, certain, delayed } }, effects };
}

/** Looks at a held signal again: new evidence may hold it longer, or nothing holds it any more. */
export function reconsider(spec: Spec, state: Running): Step & { readonly state: Running } {
  const { termination } = state;
  if (termination === undefined) return { state, effects: [] };
  const isMistaken = livesOn(spec, state.known, termination.at);
  if (termination.delivered) {
    const isEnd = meaningOf(spec, state.known, termination.signal) === "terminate";
    return isMistaken && !isEnd ? goOn(spec, state) : { state, effects: [] };
  }
  const isTerminating = isPodTerminating(spec, state.known, termination.at);
  if (isTerminating && !termination.certain) {
    const quit = meaningOf(spec, state.known, termination.signal) !== "control";
    const sure = quit
      ? { state: { ...state, termination: { ...termination, certain: true } }, effects: [] }
      : believe(spec, state, termination, true);
    const next = reconsider(spec, sure.state);
    return { state: next.state, effects: [...sure.effects, ...next.effects] };
  }
  const served = stillServed(spec, state.known);
  if (termination.order === "seeking" && isTerminating && served.length > 0) {
    const held = extend(spec, { ...state, termination: { ...termination, order: "held" } });
    const what = `${termination.signal} is held back for ${served.join(", ")}`;
    return prepend(log("info", "terminationHeld", `the pod is being terminated: ${what}`), held);
  }
  if (termination.order === "held") {
    if (served.length > 0 && !isMistaken) return extend(spec, state);
    return reconsider(spec, { ...state, termination: { ...termination, order: "none" } });
  }
  return termination.delayed || termination.order !== "none"
    ? { state, effects: boundDelay(spec, state, termination) }
    : deliver(spec, state, termination);
}

/** A delay that lasts longer than the pod does would leave the command untold. */
function boundDelay(
  spec: Spec,
  state: Running,
  { delayed, at }: Termination,
): readonly Effect[] {
  // Where its grace period is a guess, the delay is not.
  const killedAt = certainKillTime(state);
  if (!delayed || killedAt === undefined) return [];
  const until = Math.min(at + spec.stopDelay, killedAt - LAST_MOMENT);
  return [{ kind: "setAlarm", timer: "stopDelay", at: until }];
}

/** Holds as long as the pod's deadline allows, as far as it is known now. */
export function extend(spec: Spec, state: Running): Step & { readonly state: Running } {
  const { termination } = state;
  const heldUntil = holdLimit(spec, state);
  if (heldUntil === undefined || termination?.heldUntil === heldUntil) {
    return { state, effects: [] };
  }
  return {
    state: termination === undefined
      ? state
      : { ...state, termination: { ...termination, heldUntil } },
    effects: [{ kind: "setAlarm", timer: "order", at: heldUntil }],
  };
}

/** What the end of a delay, or of the wait for other containers, means. */
export function stepTerminationTimer(spec: Spec, state: Running, timer: TimerName): Step {
  const { termination } = state;
  if (timer === "misjudged") return standCorrected(spec, state);
  if (termination === undefined || termination.delivered || state.stopStep !== undefined) {
    return { state, effects: [] };
  }
  if (timer === "stopDelay") {
    return reconsider(spec, { ...state, termination: { ...termination, delayed: false } });
  }
  if (timer !== "order") return { state, effects: [] };
  const next = reconsider(spec, { ...state, termination: { ...termination, order: "none" } });
  if (termination.order === "held") {
    const why = "the grace period is needed for the own stop: waiting no longer";
    return prepend(log("warning", "terminationReleased", why), next);
  }
  const isControl = meaningOf(spec, state.known, termination.signal) === "control";
  if (termination.order !== "seeking" || isControl && !termination.certain) return next;
  const { level, why } = unheldFor(spec, state, termination);
  return prepend(log(level, "terminationReleased", `nothing is held back for ${why}`), next);
}

/** For whom a signal is not held back once the time to look for evidence is over, and why. */
function unheldFor(
  spec: Spec,
  { known }: Running,
  { at }: Termination,
): { readonly level: "info" | "warning"; readonly why: string } {
  const all = servedBy(spec).join(", ");
  if (!isPodTerminating(spec, known, at)) {
    const isUntold = known.apiAwaited && known.pod === undefined;
    const source = isUntold ? "; the API server has told nothing yet" : "";
    return {
      level: "info",
      why: `${all}: no sign that the whole pod is being terminated${source}`,
    };
  }
  const silent = silentlyServed(spec, known).join(", ");
  if (silent === "") {
    return { level: "info", why: `${all}: ended, and nobody has said yet whether for good` };
  }
  return {
    level: "warning",
    why: `${silent}, not heard of in the state directory: ` +
      "nobody would tell of its end while the pod is being terminated",
  };
}

/** A command that runs on, though a signal was taken for its end, lives on for its siblings too. */
function standCorrected(spec: Spec, state: Running): Step {
  const { termination } = state;
  if (
    termination === undefined || termination.certain || !termination.delivered ||
    state.stopStep !== undefined || isPodTerminating(spec, state.known, termination.at)
  ) {
    return { state, effects: [] };
  }
  return goOn(spec, state);
}

function goOn(spec: Spec, state: Running): Step & { readonly state: Running } {
  return {
    state: { ...state, termination: undefined },
    effects: [{ kind: "publish", progress: progressOf(spec, state.readiness, false) }],
  };
}

function deliver(
  spec: Spec,
  state: Running,
  termination: Termination,
): Step & { readonly state: Running } {
  const control = meaningOf(spec, state.known, termination.signal) === "control";
  const delivered = termination.certain || !control
    ? { ...termination, delayed: false, order: "none", delivered: true } as const
    : undefined;
  return {
    state: { ...state, termination: delivered },
    effects: [
      { kind: "clearTimer", timer: "stopDelay" },
      { kind: "clearTimer", timer: "order" },
      ...pass(spec, termination.signal),
      ...delivered?.certain === false
        ? [{ kind: "setTimer", timer: "misjudged", after: MISJUDGED_AFTER } as const]
        : [],
    ],
  };
}

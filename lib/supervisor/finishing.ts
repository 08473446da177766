import { asksForRestartPolicy } from "../spec/containers.ts";
import { seconds } from "../spec/duration.ts";
import type { AfterExit, Spec } from "../spec/spec.ts";
import { findContainer } from "../pod/container.ts";
import { attend } from "./attention.ts";
import { judgeStop } from "./conditions.ts";
import type { Effect, Event } from "./events.ts";
import type { Observations } from "./observations.ts";
import type { Ending } from "./closing.ts";
import type { Command } from "./report.ts";
import type { Context, Finishing, Step } from "./state.ts";

/** Makes the calls that are left, one after the other, then ends. */
export function finish(
  command: Command,
  calls: readonly AfterExit[],
  ending: Ending,
  effects: readonly Effect[],
): Step {
  const [next, ...rest] = calls;
  if (next === undefined) {
    return {
      state: { phase: "done" },
      effects: [
        ...effects,
        { kind: "publish", progress: { phase: "ended", exitCode: ending.code, ...command } },
        { kind: "exit", ...ending },
      ],
    };
  }
  return {
    state: { phase: "finishing", command, ending, calls: rest, undecided: undefined },
    effects: [...effects, { kind: "callAfterExit", call: next.call }],
  };
}

/** How long the API server is waited for where the calls depend on what it says. */
const POLICY_TIME = seconds(10);

/**
 * How long a container that has told its end waits for others that have ended at the same moment. Each
 * of them tells before it looks, so that one at least finds the other.
 */
const OTHERS_TIME = seconds(1);

/** Ends after the calls that are asked for, once it is known which those are. */
export function finishWithCalls(
  spec: Spec,
  known: Observations,
  command: Command,
  ending: Ending,
  effects: readonly Effect[],
): Step {
  if (isPolicyAwaited(spec, known, ending.code)) {
    return {
      state: undecided(command, ending, { known, by: "policy" }),
      effects: [...effects, { kind: "setTimer", timer: "listening", after: POLICY_TIME }],
    };
  }
  if (areOthersAwaited(spec, known, ending.code)) {
    return {
      state: undecided(command, ending, { known, by: "others" }),
      effects: [
        ...effects,
        { kind: "publish", progress: { phase: "ended", exitCode: ending.code, ...command } },
        { kind: "setTimer", timer: "others", after: OTHERS_TIME },
      ],
    };
  }
  return decide(spec, known, command, ending, effects);
}

function undecided(
  command: Command,
  ending: Ending,
  known: NonNullable<Finishing["undecided"]>,
): Finishing {
  return { phase: "finishing", command, ending, calls: [], undecided: known };
}

function decide(
  spec: Spec,
  known: Observations,
  command: Command,
  ending: Ending,
  effects: readonly Effect[],
): Step {
  const calls = callsAfter(spec, known, ending.code);
  return finish(command, calls, ending, [
    ...effects,
    { kind: "forgetSiblings" },
    { kind: "forgetPod" },
  ]);
}

/** What an event means once the command has ended, or is not to be launched. */
export function stepFinishing({ spec }: Context, state: Finishing, event: Event): Step {
  const { command, calls, ending, undecided } = state;
  if (undecided === undefined) {
    if (event.kind !== "afterExitEnded") return { state, effects: [] };
    return finish(command, calls, ending, []);
  }
  const { known, effects } = attend(spec, undecided.known, event);
  const isOver = event.kind === "podGone" || event.kind === "signalled" ||
    event.kind === "timerFired" && event.timer === "others";
  const isAwaited = undecided.by === "policy" ? isPolicyAwaited : areOthersAwaited;
  if (!isOver && isAwaited(spec, known, ending.code)) {
    return { state: { ...state, undecided: { ...undecided, known } }, effects };
  }
  return undecided.by === "policy"
    ? finishWithCalls(spec, { ...known, apiAwaited: false }, command, ending, effects)
    : decide(spec, known, command, ending, effects);
}

/** Whether the pod's restart policy decides on a call, and the API server may still say it. */
function isPolicyAwaited(spec: Spec, known: Observations, code: number): boolean {
  return code !== 0 && asksForRestartPolicy(spec) && known.apiAwaited &&
    known.pod?.spec === undefined && known.sources.restartPolicy === undefined;
}

/**
 * Whether a call is left to others only because they have not ended yet, as far as is known: a container
 * that ends at the same moment may know as little of this one. Only who reports can be waited for.
 */
function areOthersAwaited(spec: Spec, known: Observations, code: number): boolean {
  if (known.sources.stateDirectory === undefined) return false;
  return spec.afterExit.some((call) => {
    const left = call.lastOf.filter((name) => !hasEnded(known, name));
    return isCalledAfter(call, known, code) && left.length > 0 &&
      left.every((name) => known.reports.has(name));
  });
}

/** Whether calls follow an end with this code, as far as it is known. */
export function hasCalls(spec: Spec, known: Observations, code: number): boolean {
  return isPolicyAwaited(spec, known, code) || areOthersAwaited(spec, known, code) ||
    callsAfter(spec, known, code).length > 0;
}

/** The calls that an end with this code asks for. */
function callsAfter(spec: Spec, known: Observations, code: number): readonly AfterExit[] {
  return spec.afterExit.filter((call) =>
    isCalledAfter(call, known, code) && call.lastOf.every((name) => hasEnded(known, name))
  );
}

function isCalledAfter({ on }: AfterExit, known: Observations, code: number): boolean {
  const when = on ?? (isRestartedAfterFailure(known) ? "success" : "always");
  return when === "always" || (when === "success") === (code === 0);
}

/** A proxy that is told to quit after a failure would be missing at the next try. */
function isRestartedAfterFailure({ pod, self, sources }: Observations): boolean {
  const own = pod === undefined || self === undefined ? undefined : findContainer(pod, self);
  return (own?.spec.restartPolicy ?? pod?.spec?.restartPolicy ?? sources.restartPolicy) ===
    "OnFailure";
}

function hasEnded(known: Observations, name: string): boolean {
  return judgeStop(known, name, "final", false).holds;
}

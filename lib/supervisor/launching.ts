import type { Spec } from "../spec/spec.ts";
import type { Event } from "./events.ts";
import { finishWithCalls } from "./finishing.ts";
import type { Observations } from "./observations.ts";
import { progressOf } from "./readiness.ts";
import { HELD, relationsOf } from "./report.ts";
import type { Context, HandingOver, Running, Step } from "./state.ts";

/** What a launch leads to. */
export type Launched = Step & { readonly state: Running | HandingOver };

/** Launches the command, or becomes it, where nothing is left to do for koordinator afterwards. */
export function launch(context: Context, known: Observations, restarted: number): Launched {
  if (!mayHandOver(context) || isNeededAfterwards(context.spec, known)) {
    return launchSupervised(context, known, restarted);
  }
  return {
    state: { phase: "handingOver", known, restarted, signals: [] },
    effects: [
      { kind: "publish", progress: progressOf(context.spec, "unasked", true) },
      { kind: "handOver" },
    ],
  };
}

/** Launches the command below koordinator. */
export function launchSupervised(
  context: Context,
  known: Observations,
  restarted: number,
): Step & { readonly state: Running } {
  return {
    state: {
      phase: "running",
      known,
      restarted,
      stopStep: undefined,
      stopCode: undefined,
      readiness: "unasked",
      termination: undefined,
      deadline: undefined,
    },
    effects: [
      { kind: "publish", progress: progressOf(context.spec, "unasked", false) },
      { kind: "launch" },
    ],
  };
}

/**
 * What an event means while koordinator is about to become its command: a signal is kept, for the
 * command that is launched if the hand-over is refused.
 */
export function stepHandingOver(context: Context, state: HandingOver, event: Event): Step {
  switch (event.kind) {
    case "signalled":
      return { state: { ...state, signals: [...state.signals, event] }, effects: [] };
    case "handOverRefused":
      return launchSupervised(context, state.known, state.restarted);
    case "launchFailed":
      return launchFailed(context.spec, state.known, event);
    default:
      return { state, effects: [] };
  }
}

/** A command that cannot be executed, whose reason is koordinator's end. */
export function launchFailed(
  spec: Spec,
  known: Observations,
  { exitCode, message }: Extract<Event, { kind: "launchFailed" }>,
): Step {
  const ending = { code: exitCode, because: "launchFailed", reason: message } as const;
  return finishWithCalls(spec, known, HELD, ending, []);
}

/** Unless the spec says, a container whose exit code nobody else can tell stays to tell it. */
function mayHandOver({ spec, self, sources }: Context): boolean {
  const isTeller = sources.alone && self !== undefined && sources.stateDirectory !== undefined;
  return spec.handOver ?? !isTeller;
}

/** Whether anything is left to do for koordinator once the command runs. */
function isNeededAfterwards(spec: Spec, known: Observations): boolean {
  return spec.stopDeps.length > 0 || spec.stopDelay > 0 || spec.afterExit.length > 0 ||
    spec.exitCodes.size > 0 || spec.signals.size > 0 || spec.restart.policy !== "never" ||
    spec.readiness !== undefined || isServed(known);
}

/** Whether a sibling is known to whom the exit code of this container matters. */
function isServed({ self, siblings, reports }: Observations): boolean {
  const all = [...[...siblings.values()].map(relationsOf), ...reports.values()];
  return all.some(({ startDeps, stopDeps }) =>
    stopDeps.some((name) => name === self) ||
    startDeps.some(({ container, until }) => container === self && until === "succeeded")
  );
}

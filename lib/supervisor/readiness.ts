import type { Spec } from "../spec/spec.ts";
import type { Effect } from "./events.ts";
import type { Observations } from "./observations.ts";
import { LAUNCHED, type Progress } from "./report.ts";
import type { Context, Running, State, Step } from "./state.ts";

/** What is told of a command that runs and was not told to stop. */
export function progressOf(
  spec: Spec,
  readiness: Running["readiness"],
  handedOver: boolean,
): Progress {
  return spec.readiness === undefined
    ? { phase: "running", ...LAUNCHED, ready: true, handedOver }
    : { phase: "running", ...LAUNCHED, ready: readiness === "ready", checked: true, handedOver };
}

/**
 * Has the command's readiness checked exactly while a sibling waits for it. What nobody has asked for
 * is not told to be ready, so each wait is answered by a check of its own time.
 */
export function reviewReadiness(context: Context, before: State, step: Step): Step {
  const asked = isAsked(before);
  const { state } = step;
  const wanted = isWanted(context, state);
  if (state.phase !== "running" || !wanted) {
    if (!asked) return step;
    const effects: Effect[] = [...step.effects, { kind: "stopCheckingReadiness" }];
    if (state.phase !== "running") return { state, effects };
    if (state.readiness === "ready" && isUntouched(state)) {
      effects.push({ kind: "publish", progress: progressOf(context.spec, "unasked", false) });
    }
    return { state: { ...state, readiness: "unasked" }, effects };
  }
  if (asked || context.spec.readiness === undefined) return step;
  const { readiness } = context.spec;
  return {
    state: { ...state, readiness: "unready" },
    effects: [...step.effects, { kind: "checkReadiness", readiness }],
  };
}

function isAsked(state: State): boolean {
  return state.phase === "running" && state.readiness !== "unasked";
}

function isWanted({ spec }: Context, state: State): boolean {
  return spec.readiness !== undefined && state.phase === "running" && isUntouched(state) &&
    isWaitedFor(state.known);
}

/** A command that was told to stop is not offered to anybody. */
function isUntouched({ stopStep, termination }: Running): boolean {
  return stopStep === undefined && termination === undefined;
}

/** Whether a sibling is held back until this container is ready. */
function isWaitedFor({ self, reports }: Observations): boolean {
  return [...reports.values()].some(({ phase, startDeps }) =>
    phase === "waiting" &&
    startDeps.some(({ container, until }) => container === self && until === "ready")
  );
}

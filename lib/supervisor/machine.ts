import { stepDraining } from "./draining.ts";
import { log, prepend } from "./effects.ts";
import type { Event } from "./events.ts";
import { stepFinishing } from "./finishing.ts";
import { launchFailed, stepHandingOver } from "./launching.ts";
import { asResult, stepOwnFault } from "./own_faults.ts";
import { reviewReadiness } from "./readiness.ts";
import { stepRunning } from "./running.ts";
import type { Context, State, Step } from "./state.ts";
import { begin, stepWaiting, unbegun } from "./waiting.ts";

/** Where every supervisor begins. */
export const INITIAL: State = { phase: "new" };

/**
 * Every decision of the program: what an event makes of a state, and what is to be done about it. It
 * reads no clock and touches nothing; an event that means nothing in a state changes nothing.
 */
export function step(context: Context, state: State, event: Event): Step {
  if (state.phase === "done") return { state, effects: [] };
  const happened = asResult(event);
  const next = reviewReadiness(
    context,
    state,
    stepOwnFault(context, state, happened) ?? stepPhase(context, state, happened),
  );
  switch (happened.kind) {
    case "stopActionEnded":
      return prepend(resultLine("stopAction", "the stop action", happened), next);
    case "afterExitEnded":
      return prepend(resultLine("afterExit", "the call after the end", happened), next);
    default:
      return next;
  }
}

function resultLine(
  event: "stopAction" | "afterExit",
  what: string,
  result: { readonly ok: boolean; readonly detail: string },
) {
  const { ok, detail } = result;
  const how = ok ? "succeeded" : "failed";
  return log(ok ? "info" : "warning", event, `${what} ${how}: ${detail}`, { ok, detail });
}

/** The same step, and all that these signals lead to from there. */
function signalAll(context: Context, first: Step, signals: readonly Event[]): Step {
  return signals.reduce((before, signal) => {
    const next = step(context, before.state, signal);
    return { state: next.state, effects: [...before.effects, ...next.effects] };
  }, first);
}

function stepPhase(context: Context, state: State, event: Event): Step {
  switch (state.phase) {
    case "new": {
      if (event.kind === "begun") return begin(context);
      if (event.kind !== "signalled") return { state, effects: [] };
      // A signal that came before anything else counts as one that came while waiting.
      const result = stepWaiting(context, unbegun(context), event);
      return result.state.phase === "waiting" ? { state, effects: [] } : result;
    }
    case "waiting":
      return stepWaiting(context, state, event);
    case "handingOver":
      return signalAll(
        context,
        stepHandingOver(context, state, event),
        event.kind === "handOverRefused" ? state.signals : [],
      );
    case "running":
      return event.kind === "launchFailed"
        ? launchFailed(context.spec, state.known, event)
        : stepRunning(context, state, event);
    case "draining":
      return stepDraining(context, state, event);
    case "finishing":
      return stepFinishing(context, state, event);
    case "done":
      return { state, effects: [] };
  }
}

import type { Event } from "./events.ts";
import { finish, stepFinishing } from "./finishing.ts";
import { ignorance } from "./knowledge.ts";
import { stepRunning } from "./running.ts";
import type { Context, State, Step } from "./state.ts";
import { begin, stepWaiting } from "./waiting.ts";

/** Where every supervisor begins. */
export const INITIAL: State = { phase: "new" };

/**
 * Every decision of the program: what an event makes of a state, and what is to be done about it. It
 * reads no clock and touches nothing; an event that means nothing in a state changes nothing.
 */
export function step(context: Context, state: State, event: Event): Step {
  switch (state.phase) {
    case "new": {
      if (event.kind === "begun") return begin(context);
      if (event.kind !== "signalled") return { state, effects: [] };
      // A signal that came before anything else counts as one that came while waiting.
      const known = ignorance(context.self);
      const result = stepWaiting(
        context,
        { phase: "waiting", known, restarted: 0, pausing: false },
        event,
      );
      return result.state.phase === "waiting" ? { state, effects: [] } : result;
    }
    case "waiting":
      return stepWaiting(context, state, event);
    case "running":
      if (event.kind === "launchFailed") {
        return finish([], event.exitCode, event.message, [{ kind: "forgetPod" }]);
      }
      return stepRunning(context, state, event);
    case "finishing":
      return stepFinishing(state, event);
    case "done":
      return { state, effects: [] };
  }
}

import type { AfterExit } from "../spec/spec.ts";
import type { Effect, Event } from "./events.ts";
import type { Finishing, Step } from "./state.ts";

/** Makes the calls that are left, one after the other, then ends with `code`. */
export function finish(
  calls: readonly AfterExit[],
  code: number,
  reason: string | undefined,
  effects: readonly Effect[],
): Step {
  const [next, ...rest] = calls;
  if (next === undefined) {
    return { state: { phase: "done" }, effects: [...effects, { kind: "exit", code, reason }] };
  }
  return {
    state: { phase: "finishing", code, reason, calls: rest },
    effects: [...effects, { kind: "callAfterExit", call: next.call }],
  };
}

/** What an event means once the command has ended. */
export function stepFinishing(state: Finishing, event: Event): Step {
  if (event.kind !== "afterExitEnded") return { state, effects: [] };
  return finish(state.calls, state.code, state.reason, []);
}

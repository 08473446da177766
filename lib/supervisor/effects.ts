import type { SignalName } from "../spec/signal.ts";
import type { Spec } from "../spec/spec.ts";
import type { Effect } from "./events.ts";
import type { Step } from "./state.ts";

/** A signal to the command, or to its group where the spec says so. */
export function send(spec: Spec, signal: SignalName): Effect {
  return { kind: "signal", signal, whom: spec.killMode === "group" ? "group" : "process" };
}

/** A line of the log. */
export function log(
  level: "info" | "warning" | "error",
  message: string,
  fields?: Readonly<Record<string, unknown>>,
): Effect {
  return fields === undefined
    ? { kind: "log", level, message }
    : { kind: "log", level, message, fields };
}

/** The same step with an effect before all others. */
export function prepend(effect: Effect, step: Step): Step {
  return { state: step.state, effects: [effect, ...step.effects] };
}

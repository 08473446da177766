import type { SignalName } from "../spec/signal.ts";
import type { Spec } from "../spec/spec.ts";
import type { Effect } from "./events.ts";
import type { LogEventName } from "./log_events.ts";
import type { Step } from "./state.ts";

/** A signal to the command, or to its group where the spec says so. */
export function send(spec: Spec, signal: SignalName): Effect {
  return { kind: "signal", signal, whom: spec.killMode === "group" ? "group" : "process" };
}

/** Signals of job control: koordinator is to stop with its command, as dumb-init does. */
const STOPPING: ReadonlySet<SignalName> = new Set(["SIGTSTP", "SIGTTIN", "SIGTTOU"]);

/** A signal from outside, as the spec rewrites it, or not at all. */
export function pass(spec: Spec, signal: SignalName): readonly Effect[] {
  const rewritten = spec.signals.get(signal);
  if (!STOPPING.has(signal)) {
    if (rewritten === null) return [];
    // What stops the whole group is to be undone for the whole group.
    return (rewritten ?? signal) === "SIGCONT"
      ? [{ kind: "signal", signal: "SIGCONT", whom: "group" }]
      : [send(spec, rewritten ?? signal)];
  }
  const suspend: Effect = { kind: "suspend", by: "signal" };
  if (rewritten === null) return [suspend];
  // SIGSTOP, since a program without a terminal would not stop at the others.
  return rewritten === undefined
    ? [{ kind: "signal", signal: "SIGSTOP", whom: "group" }, suspend]
    : [send(spec, rewritten), suspend];
}

/** A line of the log. */
export function log(
  level: "info" | "warning" | "error",
  event: LogEventName,
  message: string,
  fields?: Readonly<Record<string, unknown>>,
): Effect {
  return fields === undefined
    ? { kind: "log", level, event, message }
    : { kind: "log", level, event, message, fields };
}

/** The same step with an effect before all others. */
export function prepend<S extends Step>(effect: Effect, step: S): S {
  return { ...step, effects: [effect, ...step.effects] };
}

import type { Duration } from "../spec/duration.ts";
import { describe, findContainer } from "./container.ts";
import { judgeGate, nameOf } from "./gate.ts";
import type { Knowledge } from "./knowledge.ts";
import type { Context, State } from "./state.ts";

/** What a dependency comes to just now. */
export interface DependencyStatus {
  readonly role: "start" | "stop";
  readonly name: string;
  readonly holds: boolean;
  /** What is seen of it. */
  readonly seen: string;
}

/** What a supervisor knows, for `koordinator status`. */
export interface Status {
  readonly phase: State["phase"] | "handed over";
  readonly dependencies: readonly DependencyStatus[];
  /** How far a stop has come, if one was begun. */
  readonly stopping: string | undefined;
  readonly startTimeout: Duration | undefined;
}

/** What is known of the API server, RFC 3339 times. */
export interface Contact {
  /** When it last answered as it should. */
  readonly last: string | undefined;
  /** When a request that failed is made again. */
  readonly nextRetry: string | undefined;
  /** What is wrong, until a watch is open again. */
  readonly trouble: string | undefined;
  /** Whether nothing is left to be learned of the pod, so that nothing is asked any more. */
  readonly over: boolean;
}

/** Says of a state what its owner would ask. */
export function statusOf(context: Context, state: State): Status {
  const { spec } = context;
  const known = state.phase === "waiting" || state.phase === "running" ? state.known : undefined;
  return {
    phase: state.phase,
    dependencies: known === undefined ? [] : [...starts(), ...stops(known)],
    stopping: stopOf(state),
    startTimeout: spec.startTimeout,
  };

  function starts(): readonly DependencyStatus[] {
    if (state.phase !== "waiting") return [];
    const verdict = judgeGate(spec, state.known);
    const missing = verdict.kind === "closed"
      ? verdict.missing
      : verdict.kind === "impossible"
      ? [verdict.missing]
      : [];
    return spec.startDeps.map((dependency) => {
      const name = nameOf(dependency);
      const why = missing.find((entry) => entry.dependency === name)?.why;
      return { role: "start", name, holds: why === undefined, seen: why ?? "holds" };
    });
  }

  function stops(known: Knowledge): readonly DependencyStatus[] {
    return spec.stopDeps.map(({ container: name, when }, index) => {
      const container = known.pod === undefined ? undefined : findContainer(known.pod, name);
      const report = known.reports.get(name);
      const seen = [
        container === undefined ? "nothing known of the pod yet" : describe(container),
        ...(report === undefined ? [] : [`its supervisor says ${report.phase}`]),
      ].join("; ");
      return { role: "stop", name: `${name} when ${when}`, holds: known.stopped.has(index), seen };
    });
  }
}

function stopOf(state: State): string | undefined {
  if (state.phase !== "running") return undefined;
  if (state.rung !== undefined) return `${state.rung} for a stop dependency`;
  const { termination } = state;
  if (termination === undefined) return undefined;
  if (termination.delivered) return `${termination.signal} delivered`;
  const why = termination.order === "held"
    ? "for the containers that this one serves"
    : termination.delayed
    ? "by the stop delay"
    : "for evidence that the whole pod is being terminated";
  return `${termination.signal} held back ${why}`;
}

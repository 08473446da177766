import type { Duration } from "../spec/duration.ts";
import type { Contact } from "./contact.ts";
import { describe } from "../pod/container.ts";
import { describeSibling } from "./conditions.ts";
import { judgeGate, nameOf } from "./gate.ts";
import type { Observations } from "./observations.ts";
import { siblingOf } from "./sibling.ts";
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
export interface SupervisorStatus {
  readonly phase: State["phase"] | "handed over";
  readonly dependencies: readonly DependencyStatus[];
  /** How far a stop has come, if one was begun. */
  readonly stopping: string | undefined;
  readonly startTimeout: Duration | undefined;
}

/**
 * Tells how a supervisor is.
 *
 * @param look says how it is when it is called, which costs a moment: it need not be at once
 * @param isLast there is no later
 * @param failed is given what `look` threw, or what the status could not be made of, also later
 */
export type PublishStatus = (
  look: () => SupervisorStatus,
  contact: Contact,
  isLast: boolean,
  failed: (error: unknown) => void,
) => void;

/** Says of a state what its owner would ask. */
export function statusOf(context: Context, state: State): SupervisorStatus {
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

  function stops(known: Observations): readonly DependencyStatus[] {
    return spec.stopDeps.map(({ container: name, when }, index) => {
      const sibling = siblingOf(known, name);
      const { container, report } = sibling;
      const seen = [
        ...(container === undefined ? [] : [describe(container)]),
        ...(report === undefined ? [] : [`its supervisor says ${report.phase}`]),
      ].join("; ") || describeSibling(known, sibling);
      return { role: "stop", name: `${name} when ${when}`, holds: known.stopped.has(index), seen };
    });
  }
}

function stopOf(state: State): string | undefined {
  if (state.phase === "draining") return "what is left of the command's group has time to end";
  if (state.phase !== "running") return undefined;
  if (state.stopStep !== undefined) return `${state.stopStep} for a stop dependency`;
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

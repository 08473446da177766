import type { Spec } from "../spec/spec.ts";
import { judgeGate } from "../supervisor/gate.ts";
import { sentence } from "../supervisor/silence.ts";
import type { ContainerState } from "./pod_state.ts";

/** What a held command waits for, as its supervisor says it; undefined if none is held. */
export function heldFor(spec: Spec, { supervision }: ContainerState): string | undefined {
  if (supervision?.state.phase !== "waiting") return undefined;
  const verdict = judgeGate(spec, supervision.state.known);
  return verdict.kind === "closed" ? sentence(verdict.missing) : undefined;
}

/** The names alone of what it waits for. */
export function awaitedNames(spec: Spec, { supervision }: ContainerState): string | undefined {
  if (supervision?.state.phase !== "waiting") return undefined;
  const verdict = judgeGate(spec, supervision.state.known);
  return verdict.kind === "closed"
    ? verdict.missing.map(({ dependency }) => dependency).join(", ")
    : undefined;
}

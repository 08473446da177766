import type { Spec } from "../spec/spec.ts";
import type { Knowledge } from "./knowledge.ts";
import type { Running } from "./state.ts";

/**
 * Whether anything that may still be learned of the pod matters to a command that runs. When it does
 * not, the pod is not followed any more: the API server has better things to do.
 */
export function isCurious(
  spec: Spec,
  { known, rung, termination }: Pick<Running, "known" | "rung" | "termination">,
): boolean {
  // A stop that was begun is not taken back, and a command that was told to stop not launched again.
  const stopping = rung !== undefined;
  const restarts = spec.restart.policy !== "never" && !stopping && termination === undefined;
  return spec.stopDeps.length > 0 && !stopping ||
    restarts && spec.startDeps.some(({ kind }) => kind === "container") ||
    spec.afterExit.some(({ lastOf }) => lastOf.length > 0) ||
    // The pod's restart policy decides, and never changes.
    spec.afterExit.some(({ on }) => on === undefined) && !knowsManifest(known);
}

function knowsManifest({ pod }: Knowledge): boolean {
  return pod?.spec !== undefined;
}

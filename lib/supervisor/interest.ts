import {
  asksForRestartPolicy,
  callsAfterOthers,
  containersOf,
  waitsForContainers,
} from "../spec/containers.ts";
import type { Spec } from "../spec/spec.ts";
import type { Observations } from "./observations.ts";
import type { Running } from "./state.ts";

/**
 * Whether anything that may still be learned of the pod matters to a command that runs. When it does
 * not, the pod is not followed any more: the API server has better things to do.
 */
export function isInterested(
  spec: Spec,
  { known, stopStep, termination }: Pick<Running, "known" | "stopStep" | "termination">,
): boolean {
  // A stop that was begun is not taken back, and a command that was told to stop not launched again.
  const stopping = stopStep !== undefined && stopStep !== "stopLinger";
  const restarts = spec.restart.policy !== "never" && !stopping && termination === undefined;
  return spec.stopDeps.length > 0 && !stopping ||
    restarts && waitsForContainers(spec) ||
    callsAfterOthers(spec) ||
    // The pod's restart policy decides, and never changes.
    asksForRestartPolicy(spec) && !knowsManifest(known);
}

/** The same for what siblings tell: a container that checks its readiness asks who waits for it. */
export function isInterestedInSiblings(
  spec: Spec,
  state: Pick<Running, "known" | "stopStep" | "termination">,
): boolean {
  return isInterested(spec, state) && containersOf(spec).length > 0 ||
    spec.readiness !== undefined && state.stopStep === undefined;
}

function knowsManifest({ pod }: Observations): boolean {
  return pod?.spec !== undefined;
}

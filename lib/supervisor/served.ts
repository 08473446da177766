import { seconds } from "../spec/duration.ts";
import type { Spec } from "../spec/spec.ts";
import { isBeingTerminated } from "../pod/restart_policy.ts";
import type { Observations } from "./observations.ts";

/**
 * The kubelet signals all containers within moments. What ended longer before this one was signalled
 * has ended by itself, or was restarted alone.
 */
const LATELY = seconds(5);

/**
 * Whether there is evidence that the whole pod is being terminated, and not this container alone: the
 * API server said so, or a container that this one serves was told to stop as well, or has ended
 * since.
 *
 * @param at when this container was signalled, in milliseconds since 1970
 */
export function isPodTerminating(
  spec: Spec,
  { pod, heard, reports }: Observations,
  at: number,
): boolean {
  if (pod !== undefined && isBeingTerminated(pod)) return true;
  return spec.stopDeps.some(({ container }) => {
    const phase = reports.get(container)?.phase;
    const lastWord = heard.get(container)?.at ?? -Infinity;
    return phase === "stopping" || phase === "ended" && lastWord >= at - LATELY;
  });
}

/**
 * Whether it is not being terminated after all: a container that this one serves has begun a new run
 * since, which the kubelet begins in no pod that it ends.
 *
 * @param at when this container was signalled, in milliseconds since 1970
 */
export function livesOn(spec: Spec, { pod, heard }: Observations, at: number): boolean {
  if (pod !== undefined && isBeingTerminated(pod)) return false;
  return spec.stopDeps.some(({ container }) => {
    const told = heard.get(container);
    return told?.formerEnd !== undefined && told.end === undefined &&
      told.report?.phase !== "stopping" && (told.at ?? -Infinity) > at;
  });
}

/**
 * The containers that this one serves and that can tell of their end: while a pod is being terminated
 * the API server does not (kubernetes/kubernetes#106896), so it is their supervisors who do.
 */
export function stillServed(spec: Spec, { reports }: Observations): readonly string[] {
  return servedBy(spec).filter((name) => {
    const report = reports.get(name);
    return report !== undefined && report.phase !== "ended";
  });
}

/** The containers that this one serves and of whose end nobody will tell. */
export function silentlyServed(spec: Spec, { reports }: Observations): readonly string[] {
  return servedBy(spec).filter((name) => !reports.has(name));
}

/** The containers that this one serves, each once. */
export function servedBy(spec: Spec): readonly string[] {
  return [...new Set(spec.stopDeps.map(({ container }) => container))];
}

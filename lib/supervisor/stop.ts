import type { Spec } from "../spec/spec.ts";
import { findContainer, judgeStop } from "./container.ts";
import type { Pod } from "./pod.ts";

/** What the stop dependencies come to. */
export interface StopVerdict {
  /** By index: those that hold or have held. */
  readonly stopped: ReadonlySet<number>;
  /** The containers that end the command, named for the log; undefined while it may run on. */
  readonly met: string | undefined;
}

/** Judges all stop dependencies of a spec together. */
export function judgeStops(
  spec: Spec,
  pod: Pod,
  restarts: ReadonlyMap<string, number>,
  before: ReadonlySet<number>,
): StopVerdict {
  const stopped = new Set(before);
  for (const [index, dependency] of spec.stopDeps.entries()) {
    const container = findContainer(pod, dependency.container);
    if (container === undefined) continue;
    const seen = restarts.get(dependency.container) ?? container.status?.restartCount ?? 0;
    if (judgeStop(pod, container, dependency.when, seen)) stopped.add(index);
  }
  const count = spec.stopDeps.length;
  const met = count > 0 && (spec.stopWhen === "any" ? stopped.size > 0 : stopped.size === count);
  const names = spec.stopDeps.filter((_, index) => stopped.has(index)).map((d) => d.container);
  return { stopped, met: met ? names.join(", ") : undefined };
}

/** Keeps the restart count that each container was first seen with. */
export function noteRestarts(
  pod: Pod,
  before: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const restarts = new Map(before);
  for (
    const status of [
      ...pod.status?.initContainerStatuses ?? [],
      ...pod.status?.containerStatuses ?? [],
    ]
  ) {
    if (!restarts.has(status.name)) restarts.set(status.name, status.restartCount ?? 0);
  }
  return restarts;
}

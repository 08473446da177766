import { type Duration, milliseconds, seconds } from "../spec/duration.ts";
import type { Spec } from "../spec/spec.ts";
import { findContainer, isBeingDeleted, judgeStop } from "./container.ts";
import type { Knowledge } from "./knowledge.ts";
import type { Pod } from "./pod.ts";

/** The kubelet's default for `terminationGracePeriodSeconds`. */
const DEFAULT_GRACE = seconds(30);

/** What the kubelet needs at the end of a grace period to see a container end. */
const LAST_MOMENT = seconds(2);

/** What the stop dependencies come to. */
export interface StopVerdict {
  /** By index: those that hold or have held. */
  readonly stopped: ReadonlySet<number>;
  /** The containers that end the command, named for the log; undefined while it may run on. */
  readonly met: string | undefined;
}

/** Judges all stop dependencies of a spec together. Nothing is final before the pod was seen. */
export function judgeStops(spec: Spec, known: Knowledge): StopVerdict {
  const { pod } = known;
  const stopped = new Set(known.stopped);
  for (const [index, { container: name, when }] of spec.stopDeps.entries()) {
    const container = pod === undefined ? undefined : findContainer(pod, name);
    if (pod === undefined || container === undefined) continue;
    const seen = known.restarts.get(name) ?? 0;
    if (judgeStop(pod, container, when, seen, known.reports.get(name))) stopped.add(index);
  }
  const count = spec.stopDeps.length;
  const met = count > 0 && (spec.stopWhen === "any" ? stopped.size > 0 : stopped.size === count);
  const names = spec.stopDeps.filter((_, index) => stopped.has(index)).map((d) => d.container);
  return { stopped, met: met ? names.join(", ") : undefined };
}

/**
 * Whether there is evidence that the whole pod is being terminated, and not this container alone: the
 * API server said so, or a container that this one serves was told to stop as well.
 */
export function isPodTerminating(spec: Spec, known: Knowledge): boolean {
  if (known.pod !== undefined && isBeingDeleted(known.pod)) return true;
  return spec.stopDeps.some(({ container }) => {
    const phase = known.reports.get(container)?.phase;
    return phase === "stopping" || phase === "ended";
  });
}

/** The pod's grace period: what is left of it is the kubelet's to say once the pod is being deleted. */
export function gracePeriod(pod: Pod | undefined): Duration {
  const given = pod?.metadata.deletionGracePeriodSeconds ??
    pod?.spec?.terminationGracePeriodSeconds;
  return given === undefined ? DEFAULT_GRACE : seconds(given);
}

/**
 * How long a termination may be held back for the containers that this one serves: the grace period
 * but for the own stop, which is given `termTimeout`, at most a quarter of the grace period (at least
 * two seconds).
 */
export function holdTime(spec: Spec, pod: Pod | undefined): Duration {
  const grace = gracePeriod(pod);
  const own = Math.min(spec.termTimeout, Math.max(LAST_MOMENT, grace / 4));
  return milliseconds(Math.max(0, grace - own));
}

/** What is wrong with a spec's times in a pod of this grace period; undefined if they fit. */
export function budgetFault(spec: Spec, pod: Pod): string | undefined {
  const grace = gracePeriod(pod);
  const ordered = spec.stopDeps.length > 0;
  const needed = spec.stopDelay + (ordered ? spec.termTimeout : LAST_MOMENT);
  if (needed <= grace || (spec.stopDelay === 0 && !ordered)) return undefined;
  const parts = ordered ? "stopDelay and termTimeout need" : "stopDelay and the stop itself need";
  return `${parts} ${needed / 1000} s, terminationGracePeriodSeconds is ${grace / 1000}: ` +
    "the kubelet may kill the command before its time";
}

import { type Duration, seconds } from "../spec/duration.ts";
import type { Spec } from "../spec/spec.ts";
import type { Pod } from "../pod/pod.ts";
import type { Running, Sources } from "./state.ts";

/** The kubelet's default for `terminationGracePeriodSeconds`. */
const DEFAULT_GRACE = seconds(30);

/** What the kubelet needs at the end of a grace period to see a container end. */
export const LAST_MOMENT = seconds(2);

/**
 * A pod that lives this much longer than its deletionTimestamp allows does not: the clocks of the API
 * server and of this node differ.
 */
const PLAUSIBLE = seconds(10);

/** The end of a deletion's grace period, and what it was reckoned from. */
export interface Deadline {
  /** In milliseconds since 1970, by the clock of this node. */
  readonly at: number;
  readonly deletionTimestamp: string;
  readonly grace: Duration;
}

/** Who says how long the pod may take to end. */
interface Known {
  readonly pod: Pod | undefined;
  readonly sources: Pick<Sources, "gracePeriod">;
}

/**
 * The pod's grace period: the deletion's own, once the pod is being deleted; undefined if neither the
 * API server nor a variable has said it.
 */
function toldGracePeriod({ pod, sources }: Known): Duration | undefined {
  const given = pod?.metadata.deletionGracePeriodSeconds ??
    pod?.spec?.terminationGracePeriodSeconds;
  return given === undefined ? sources.gracePeriod : seconds(given);
}

/** The same, or what a pod has unless it says otherwise. */
export function gracePeriod(known: Known): Duration {
  return toldGracePeriod(known) ?? DEFAULT_GRACE;
}

/**
 * When the kubelet will kill what still runs of a pod that is being deleted. deletionTimestamp is that
 * time, by the API server's clock; no later than a whole grace period from now, whatever the clocks
 * say. A deletion that is said again, with less time, moves it.
 *
 * @param now when the pod was seen so
 * @param before what was reckoned at an earlier sight
 */
export function deadlineOf(
  pod: Pod,
  sources: Known["sources"],
  now: number,
  before: Deadline | undefined,
): Deadline | undefined {
  const { deletionTimestamp } = pod.metadata;
  if (deletionTimestamp === undefined) return undefined;
  const grace = gracePeriod({ pod, sources });
  if (before?.deletionTimestamp === deletionTimestamp && before.grace === grace) return before;
  const told = Date.parse(deletionTimestamp);
  const latest = Math.min(now + grace, before?.at ?? Infinity);
  const at = told >= now - PLAUSIBLE ? Math.min(told, latest) : latest;
  return { at, deletionTimestamp, grace };
}

/**
 * When the kubelet will kill this container: at the pod's deadline, and no later than a grace period
 * after its signal, of which a preStop hook may have used most. undefined while it was told nothing.
 */
export function killTime({ known, deadline, termination }: Running): number | undefined {
  const times = [
    ...deadline === undefined ? [] : [deadline.at],
    ...termination === undefined ? [] : [termination.at + gracePeriod(known)],
  ];
  return times.length === 0 ? undefined : Math.min(...times);
}

/** The same, but undefined where the grace period would be a guess. */
export function certainKillTime(state: Running): number | undefined {
  return toldGracePeriod(state.known) === undefined ? state.deadline?.at : killTime(state);
}

/**
 * Until when the own stop may be put off for the containers that this one serves: the own stop is
 * given `termTimeout`, at most a quarter of the grace period (at least two seconds).
 */
export function holdLimit(spec: Spec, state: Running): number | undefined {
  const grace = gracePeriod(state.known);
  const own = Math.min(spec.termTimeout, Math.max(LAST_MOMENT, grace / 4));
  const end = killTime(state);
  return end === undefined ? undefined : end - own;
}

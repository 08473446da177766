import { milliseconds, seconds } from "../spec/duration.ts";
import type { Duration } from "../spec/duration.ts";
import { findContainer } from "../pod/container.ts";
import { isFinalEnd } from "../pod/restart_policy.ts";
import type { Observations } from "./observations.ts";

/**
 * Whether an end was the container's last one.
 * - `final`: it was, by the restart policy
 * - `presumed`: it was unless the policy is Always, which nobody has said
 * - `concluded`: it was, since no new run came in the time that the kubelet takes to begin one
 * - `open`: it was not, or that is still to be seen
 */
export type Finality = "final" | "presumed" | "concluded" | "open";

/** Every exit code that there is. */
const everyCode = () => Array.from({ length: 256 }, (_, code) => code);

/**
 * Judges an end. Where the pod's manifest is known, it decides. Otherwise the state directory alone does:
 * by the policy that KOORDINATOR_RESTART_POLICY says, else by what follows the end.
 *
 * @param exitCode undefined if nobody told it
 */
export function judgeFinality(
  known: Observations,
  name: string,
  exitCode: number | undefined,
): Finality {
  const { pod, sources: { restartPolicy } } = known;
  if (pod?.spec !== undefined) {
    const container = findContainer(pod, name);
    if (container === undefined) return "open";
    const codes = exitCode === undefined ? everyCode() : [exitCode];
    return codes.every((code) => isFinalEnd(pod, container, code)) ? "final" : "open";
  }
  if (known.apiAwaited) return "open";
  const heard = known.heard.get(name);
  if (restartPolicy === "Never") return "final";
  if (restartPolicy === "Always") return "open";
  if (restartPolicy === "OnFailure" && exitCode !== undefined) {
    return exitCode === 0 ? "final" : "open";
  }
  if (heard?.overdue === true) return "concluded";
  // What this supervisor did not see end may have ended before all containers were started anew.
  return exitCode === 0 && heard?.seenAlive === true && !heard.restartedAfterSuccess
    ? "presumed"
    : "open";
}

/** What the kubelet and the runtime may take to begin a run that nothing holds back. */
const BEGINNING = seconds(10);

/** The kubelet's first pause before a restart; each further one is twice as long... */
const FIRST_BACKOFF = seconds(10);

/** ...up to this one. https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy */
const LONGEST_BACKOFF = seconds(300);

/** How long a new run may be in coming after the `ends`-th end; the first restart has no pause. */
function newRunTime(ends: number): Duration {
  const backoff = ends < 2 ? 0 : FIRST_BACKOFF * 2 ** Math.min(ends - 2, 10);
  return milliseconds(BEGINNING + Math.min(LONGEST_BACKOFF, backoff));
}

/** The longest time that any sibling which has ended may take to run again; undefined if none has. */
export function longestNewRunTime({ told }: Observations): Duration | undefined {
  const times = [...told.values()].flatMap(({ end, ends, seenAlive }) => {
    if (end === undefined) return [];
    // Nobody knows how often what failed before we came had failed, and so how long its pause is.
    return [newRunTime(seenAlive || end.exitCode === 0 ? ends : Infinity)];
  });
  return times.length === 0 ? undefined : milliseconds(Math.max(...times));
}

/**
 * How long a new run is waited for after an end, where nothing but that tells whether it was the last one;
 * undefined where the manifest, the policy or the time that has passed says so.
 */
export function timeToRunAgain(
  known: Observations,
  name: string,
  exitCode: number | undefined,
): Duration | undefined {
  const { pod, apiAwaited, sources: { restartPolicy }, heard } = known;
  const isSaid = restartPolicy === "Never" || restartPolicy === "Always" ||
    restartPolicy === "OnFailure" && exitCode !== undefined;
  const told = heard.get(name);
  return pod?.spec !== undefined || apiAwaited || isSaid || told?.end === undefined || told.overdue
    ? undefined
    : longestNewRunTime(known);
}

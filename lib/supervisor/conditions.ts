import { describe, notInPod } from "../pod/container.ts";
import { isCheckedBySupervisor } from "../pod/sibling_specs.ts";
import { formerEndOf } from "../pod/ends.ts";
import { formatDuration } from "../spec/duration.ts";
import type { Until, When } from "../spec/spec.ts";
import { judgeFinality, timeToRunAgain } from "./finality.ts";
import type { Observations } from "./observations.ts";
import { type Sibling, siblingOf } from "./sibling.ts";

/** What can be said of a condition now. */
export type Verdict =
  | { readonly kind: "met" }
  | { readonly kind: "pending"; readonly why: string }
  | { readonly kind: "impossible"; readonly why: string };

/**
 * Judges a start condition by the container's status and by its supervisor's report: whichever says
 * first that it holds counts, as far as it can know. For the kubelet a container runs, and may be ready,
 * while its command is held back; a supervisor without `readiness` knows of no probe of the kubelet's.
 */
export function judgeStart(known: Observations, name: string, until: Until): Verdict {
  const sibling = siblingOf(known, name);
  if (isReached(known, sibling, until)) return { kind: "met" };
  const last = sibling.ends.find(({ exitCode }) => {
    const finality = judgeFinality(known, name, exitCode);
    return finality === "final" || finality === "concluded";
  });
  if (last !== undefined) {
    const { exitCode = "unknown" } = last;
    const how = sibling.container?.status?.state?.terminated === undefined
      ? `ended, exit code ${exitCode}`
      : describe(sibling.container);
    return { kind: "impossible", why: `${how}, for good, before it was ${until}` };
  }
  return { kind: "pending", why: describeSibling(known, sibling) };
}

function isReached(known: Observations, sibling: Sibling, until: Until): boolean {
  const { ends, formerEnds } = sibling;
  switch (until) {
    case "ready":
      return isReadyByKubelet(known, sibling) || isReadyBySupervisor(known, sibling);
    case "started":
      return isStartedByKubelet(known, sibling) || isStartedBySupervisor(known, sibling) ||
        ends.some(({ launched }) => launched);
    case "succeeded":
      return [...ends, ...formerEnds].some(({ exitCode }) => exitCode === 0);
    case "terminated":
      return ends.length > 0 || formerEnds.length > 0;
  }
}

/** A report that there is must agree: a probe cannot know that the command was told to stop. */
function isReadyByKubelet(
  known: Observations,
  { name, container, report, ends }: Sibling,
): boolean {
  if (container?.status?.ready !== true) return false;
  const isProbed = container.spec.readinessProbe !== undefined;
  if (report !== undefined && report.phase !== "ended") {
    return report.phase === "running" && (isProbed || report.ready);
  }
  // Without a probe the kubelet's word is none on a command that its supervisor checks.
  const isChecked = known.siblings.get(name)?.readiness !== undefined ||
    isCheckedBySupervisor(container.spec);
  // A plain init container is ready once it has succeeded.
  return ends.every(({ exitCode }) => exitCode === 0 && container.init) &&
    (isProbed || !isChecked && !isYetToReport(known, name));
}

/**
 * Whether a sibling that may be held back is about to tell so: for the kubelet its container runs before
 * its supervisor does. Nobody knows whether it shares the folder, so it is not waited for without end.
 */
function isYetToReport(
  { sources, listened, heard, siblings }: Observations,
  name: string,
): boolean {
  return sources.isReadable && !listened && !heard.has(name) &&
    (siblings.get(name)?.startDeps.length ?? 0) > 0;
}

function isReadyBySupervisor(known: Observations, { container, report, ends }: Sibling): boolean {
  if (report === undefined || !report.ready || ends.length > 0) return false;
  if (report.checked) return true;
  return container === undefined ? !known.apiAwaited : container.spec.readinessProbe === undefined;
}

function isStartedByKubelet(known: Observations, { name, container, report }: Sibling): boolean {
  return container?.status?.started === true && report?.phase !== "waiting" &&
    !isYetToReport(known, name);
}

function isStartedBySupervisor(known: Observations, { container, report }: Sibling): boolean {
  if (report === undefined || !report.launched) return false;
  return container === undefined ? !known.apiAwaited : container.spec.startupProbe === undefined &&
    container.spec.lifecycle?.postStart === undefined;
}

/** One phrase on a sibling that is not what it should be. */
export function describeSibling(known: Observations, sibling: Sibling): string {
  const { name, container, report, ends } = sibling;
  const [end] = ends;
  if (known.pod?.spec !== undefined && container === undefined) return notInPod(known.pod, name);
  if (report?.phase === "waiting") return "held by koordinator";
  if (container !== undefined && (end === undefined || report === undefined)) {
    return describe(container);
  }
  if (end !== undefined) {
    const time = timeToRunAgain(known, name, end.exitCode);
    const why = time === undefined
      ? ""
      : `; given ${
        formatDuration(time)
      } to run again, as no KOORDINATOR_RESTART_POLICY says whether it will`;
    return `ended, exit code ${end.exitCode ?? "unknown"}${why}`;
  }
  if (report?.phase === "stopping") return "told to stop";
  if (report !== undefined) return report.ready ? "launched" : "launched, not ready";
  return known.sources.api
    ? "nothing known of the pod yet"
    : "nothing heard of it in the state directory";
}

/** What a stop condition comes to. */
export interface StopJudgement {
  readonly holds: boolean;
  /** The exit code of a failure of which nobody knows whether a new run follows after all. */
  readonly failure: number | undefined;
}

/**
 * Judges a stop condition, by the status or the supervisor's report: the first to say so counts.
 *
 * @param terminating whether this container was told to end: where the policy is unknown no new run is
 *   waited for then
 */
export function judgeStop(
  known: Observations,
  name: string,
  when: When,
  terminating: boolean,
): StopJudgement {
  const { container, ends } = siblingOf(known, name);
  // A restart count that has grown tells of an end that no observation showed.
  const missed = known.pod !== undefined && container !== undefined &&
      (container.status?.restartCount ?? 0) > (known.restarts.get(name) ?? 0)
    ? formerEndOf(known.pod, container)
    : undefined;
  const all = missed === undefined ? ends : [...ends, missed];
  switch (when) {
    case "final":
      return judgeFinal();
    case "terminated":
      return plain(all.length > 0);
    case "succeeded":
      return plain(all.some(({ exitCode }) => exitCode === 0));
    case "failed":
      return plain(
        all.some(({ exitCode }) => exitCode === undefined ? isTheLastWord() : exitCode !== 0),
      );
  }

  function judgeFinal(): StopJudgement {
    let concluded: StopJudgement | undefined;
    for (const { exitCode } of ends) {
      const finality = judgeFinality(known, name, exitCode);
      if (finality === "final" || finality === "presumed") return plain(true);
      if (finality === "open" && !(terminating && isTheLastWord())) continue;
      concluded ??= { holds: true, failure: exitCode === 0 ? undefined : exitCode };
    }
    return concluded ?? plain(false);
  }

  /** The state directory alone decides: an exit code that it does not know counts as a failure. */
  function isTheLastWord(): boolean {
    return known.pod?.spec === undefined && !known.apiAwaited;
  }
}

function plain(holds: boolean): StopJudgement {
  return { holds, failure: undefined };
}

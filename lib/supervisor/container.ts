import { closest } from "../spec/did_you_mean.ts";
import type { Until, When } from "../spec/spec.ts";
import type { ContainerSpec, ContainerStatus, Pod, RestartRule } from "./pod.ts";
import type { Report } from "./report.ts";

/** A container as the pod's manifest and status show it; `status` is absent early in a pod's life. */
export interface Container {
  readonly name: string;
  readonly spec: ContainerSpec;
  readonly init: boolean;
  readonly status: ContainerStatus | undefined;
}

/** What can be said of a condition now. */
export type Verdict =
  | { readonly kind: "met" }
  | { readonly kind: "pending"; readonly why: string }
  | { readonly kind: "impossible"; readonly why: string };

/** Reasons for which a container ended without its process ever having run (kubelet, CRI). */
const NEVER_RAN = new Set(["ContainerCannotRun", "StartError"]);

/** The names of all containers that a dependency may name, in the manifest's order. */
function containerNames(pod: Pod): readonly string[] {
  return [...pod.spec?.initContainers ?? [], ...pod.spec?.containers ?? []].map(({ name }) => name);
}

/** Looks a container up by its name; undefined if the manifest has none of this name. */
export function findContainer(pod: Pod, name: string): Container | undefined {
  const main = pod.spec?.containers?.find((container) => container.name === name);
  const spec = main ?? pod.spec?.initContainers?.find((container) => container.name === name);
  if (spec === undefined) return undefined;
  const statuses = main === undefined
    ? pod.status?.initContainerStatuses
    : pod.status?.containerStatuses;
  return {
    name,
    spec,
    init: main === undefined,
    status: statuses?.find((status) => status.name === name),
  };
}

/** Why a name is no container's: the real names, and the one that may have been meant. */
export function notInPod(pod: Pod, name: string): string {
  const names = containerNames(pod);
  const meant = closest(name, names);
  const suggestion = meant === undefined ? "" : `; did you mean "${meant}"?`;
  return `not in the pod, whose containers are: ${names.join(", ")}${suggestion}`;
}

/** True while the API server says that the pod is being deleted. */
export function isBeingDeleted(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined;
}

/**
 * Whether an end with `exitCode` is the container's last one, the kubelet being done with it: by the
 * container's own restart rules and policy (KEP-5307, KEP-753), else by the pod's.
 * https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy
 */
export function isFinalEnd(pod: Pod, container: Container, exitCode: number): boolean {
  const phase = pod.status?.phase;
  if (isBeingDeleted(pod) || phase === "Succeeded" || phase === "Failed") return true;
  if (container.spec.restartPolicyRules?.some((rule) => restarts(rule, exitCode))) return false;
  const own = container.spec.restartPolicy;
  const policy = own ?? pod.spec?.restartPolicy ?? "Always";
  if (policy === "Never") return true;
  // A plain init container under a pod policy of Always is restarted only when it failed.
  if (policy === "OnFailure" || (container.init && own === undefined)) return exitCode === 0;
  return false;
}

function restarts(rule: RestartRule, exitCode: number): boolean {
  if (rule.action !== "Restart" || rule.exitCodes === undefined) return false;
  const listed = rule.exitCodes.values?.includes(exitCode) ?? false;
  return rule.exitCodes.operator === "In" ? listed : !listed;
}

/** One phrase on what the pod says of a container: `waiting: ImagePullBackOff`. */
export function describe(container: Container): string {
  const { status } = container;
  const { waiting, running, terminated } = status?.state ?? {};
  if (terminated !== undefined) {
    return `terminated: ${terminated.reason ?? "ended"}, exit code ${terminated.exitCode}`;
  }
  if (waiting !== undefined) return `waiting: ${waiting.reason ?? "no reason given"}`;
  if (running === undefined) return "no status yet";
  if (status?.started !== true) return "running, not started";
  return status.ready === true ? "running, ready" : "running, not ready";
}

/**
 * Judges a start condition by the container's status, and by its supervisor's report, which knows more:
 * for the kubelet a container runs, and may be ready, while its command is held back.
 */
export function judgeStart(
  pod: Pod,
  container: Container,
  until: Until,
  report: Report | undefined,
): Verdict {
  const { status } = container;
  const ended = status?.state?.terminated;
  const before = status?.lastState?.terminated;
  const reported = report?.phase === "ended" ? report : undefined;
  if (isReached()) return { kind: "met" };
  const end = ended ?? reported;
  if (end !== undefined && isFinalEnd(pod, container, end.exitCode)) {
    const how = ended === undefined ? `ended, exit code ${end.exitCode}` : describe(container);
    return { kind: "impossible", why: `${how}, for good, before it was ${until}` };
  }
  if (report?.phase === "waiting") return { kind: "pending", why: "held by koordinator" };
  return { kind: "pending", why: describe(container) };

  function isReached(): boolean {
    switch (until) {
      case "ready":
        return status?.ready === true && report?.phase !== "waiting";
      case "started":
        return (status?.started === true && report?.phase !== "waiting") ||
          (ended !== undefined && !NEVER_RAN.has(ended.reason ?? ""));
      case "succeeded":
        return [ended, before, reported].some((end) => end?.exitCode === 0);
      case "terminated":
        return [ended, before, reported].some((end) => end !== undefined);
    }
  }
}

/**
 * Judges a stop condition, by the status or the supervisor's report: the first to say so counts.
 * `restartsSeen` is the restart count at the first observation: a greater one now tells of an end that
 * no observation showed.
 */
export function judgeStop(
  pod: Pod,
  container: Container,
  when: When,
  restartsSeen: number,
  report: Report | undefined,
): boolean {
  const missed = (container.status?.restartCount ?? 0) > restartsSeen
    ? container.status?.lastState?.terminated
    : undefined;
  const now = [
    container.status?.state?.terminated,
    report?.phase === "ended" ? report : undefined,
  ].filter((end) => end !== undefined);
  const ends = missed === undefined ? now : [...now, missed];
  switch (when) {
    case "final":
      return now.some(({ exitCode }) => isFinalEnd(pod, container, exitCode));
    case "terminated":
      return ends.length > 0;
    case "succeeded":
      return ends.some(({ exitCode }) => exitCode === 0);
    case "failed":
      return ends.some(({ exitCode }) => exitCode !== 0);
  }
}

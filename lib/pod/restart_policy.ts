import type { Container } from "./container.ts";
import { areAllRestarting, endOf } from "./ends.ts";
import type { ContainerSpec, Pod, RestartRule } from "./pod.ts";

const RESTART_ALL = "RestartAllContainers";

/** True while the API server says that the pod is being deleted. */
export function isBeingDeleted(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined;
}

/**
 * Whether the API server says that the pod is being deleted, or that it has come to its end in another
 * way: it was evicted, preempted, or its node shuts down.
 * https://kubernetes.io/docs/concepts/workloads/pods/disruptions/#pod-disruption-conditions
 */
export function isBeingTerminated(pod: Pod): boolean {
  const phase = pod.status?.phase;
  return isBeingDeleted(pod) || phase === "Succeeded" || phase === "Failed" ||
    (pod.status?.conditions ?? []).some(({ type, status }) =>
      type === "DisruptionTarget" && status === "True"
    );
}

/**
 * Whether an end with `exitCode` is the container's last one, the kubelet being done with it: by the
 * container's own restart rules and policy (KEP-5307, KEP-753), else by the pod's. No end is a last one
 * when all containers are to run again (KEP-5532).
 * https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { findContainer } from "./container.ts";
 * import { isFinalEnd } from "./restart_policy.ts";
 *
 * const pod = {
 *   metadata: { name: "pod" },
 *   spec: { restartPolicy: "OnFailure", containers: [{ name: "main" }] },
 * };
 * const main = findContainer(pod, "main");
 * assertEquals([0, 1].map((code) => main && isFinalEnd(pod, main, code)), [true, false]);
 * ```
 */
export function isFinalEnd(pod: Pod, container: Container, exitCode: number): boolean {
  const phase = pod.status?.phase;
  if (isBeingDeleted(pod) || phase === "Succeeded" || phase === "Failed") return true;
  if (areAllRestarting(pod) || isRestartOfAllDue(pod)) return false;
  if (container.spec.restartPolicyRules?.some((rule) => matches(rule, exitCode))) return false;
  const own = container.spec.restartPolicy;
  const policy = own ?? pod.spec?.restartPolicy ?? "Always";
  if (policy === "Never") return true;
  // A plain init container under a pod policy of Always is restarted only when it failed.
  if (policy === "OnFailure" || (container.init && own === undefined)) return exitCode === 0;
  return false;
}

/** Whether a container has ended in a way that makes the kubelet restart all of them. */
function isRestartOfAllDue(pod: Pod): boolean {
  const statuses = [
    ...pod.status?.initContainerStatuses ?? [],
    ...pod.status?.containerStatuses ?? [],
  ];
  return [...pod.spec?.initContainers ?? [], ...pod.spec?.containers ?? []].some((container) => {
    if (container.restartPolicyRules === undefined) return false;
    const end = endOf(pod, { status: statuses.find(({ name }) => name === container.name) });
    return end !== undefined && restartsAll(container, end.exitCode);
  });
}

/** Whether an end with `exitCode` makes the kubelet restart all containers of the pod. */
export function restartsAll(
  { restartPolicyRules = [] }: Pick<ContainerSpec, "restartPolicyRules">,
  exitCode: number,
): boolean {
  return restartPolicyRules.some((rule) => rule.action === RESTART_ALL && matches(rule, exitCode));
}

/** The actions of rules: each restarts this container at least. */
const RESTARTING: ReadonlySet<string> = new Set(["Restart", RESTART_ALL]);

function matches({ action, exitCodes }: RestartRule, exitCode: number): boolean {
  if (!RESTARTING.has(action) || exitCodes === undefined) return false;
  const listed = exitCodes.values?.includes(exitCode) ?? false;
  return exitCodes.operator === "In" ? listed : !listed;
}

import type { Container } from "./container.ts";
import type { Pod, Terminated } from "./pod.ts";

/** The end of a container's present run; undefined while it runs, or waits to run again. */
export function endOf(pod: Pod, { status }: Pick<Container, "status">): Terminated | undefined {
  return counted(pod, status?.state?.terminated);
}

/** The end of the run before it. */
export function formerEndOf(pod: Pod, { status }: Container): Terminated | undefined {
  return counted(pod, status?.lastState?.terminated);
}

/**
 * Whether the kubelet is ending all containers of the pod to start them anew, init containers first, by
 * a restart rule with the action RestartAllContainers (KEP-5532).
 */
export function areAllRestarting(pod: Pod): boolean {
  return condition(pod)?.status === "True";
}

/**
 * When all containers had last been ended to be started anew, in milliseconds since 1970, in whole
 * seconds of the kubelet's clock; undefined if they never were.
 */
export function allRestartedAt(pod: Pod): number | undefined {
  const { status, lastTransitionTime } = condition(pod) ?? {};
  return status === "True" || typeof lastTransitionTime !== "string"
    ? undefined
    : Date.parse(lastTransitionTime);
}

function condition(pod: Pod) {
  return pod.status?.conditions?.find(({ type }) => type === "AllContainersRestarting");
}

/**
 * The runs before a restart of all containers do not count: the kubelet removes them and keeps their
 * statuses, so that what is to run again still looks as if it had ended.
 */
function counted(pod: Pod, end: Terminated | undefined): Terminated | undefined {
  if (end === undefined || areAllRestarting(pod)) return undefined;
  const restartedAt = allRestartedAt(pod);
  const began = end.startedAt ?? end.finishedAt;
  const isFormer = restartedAt !== undefined && typeof began === "string" &&
    Date.parse(began) < restartedAt;
  return isFormer ? undefined : end;
}

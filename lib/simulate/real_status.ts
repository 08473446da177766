import type { ContainerTemplate, Workload } from "../manifest/workload.ts";
import type { ContainerStatus, Pod } from "../pod/pod.ts";
import { specOfContainer } from "./played_workload.ts";

/** What the kubelet has to say of a container. */
export type StatusNews =
  | { readonly kind: "running" }
  /** Its startup probe has succeeded, or it has none. */
  | { readonly kind: "started" }
  | { readonly kind: "ready"; readonly ready: boolean }
  | { readonly kind: "ended"; readonly exitCode: number }
  /** It has ended, and is started again later. */
  | { readonly kind: "backOff" };

/** A pod as the API server has it before its first container starts. */
export function podObject({ name, pod }: Workload): Pod {
  const specs = (isMain: boolean) =>
    pod.containers.filter(({ role }) => (role === "main") === isMain).map((container) => ({
      ...specOfContainer(pod, container),
      ...commandOf(container),
    }));
  const statuses = (isMain: boolean): readonly ContainerStatus[] =>
    pod.containers.filter(({ role }) => (role === "main") === isMain).map(({ name }) => ({
      ...{ name, ready: false, started: false, restartCount: 0 },
      state: { waiting: { reason: isMain ? "ContainerCreating" : "PodInitializing" } },
    }));
  return {
    metadata: { name, uid: "5d0c9b1e-0000-4000-8000-000000000001" },
    spec: {
      restartPolicy: pod.restartPolicy,
      terminationGracePeriodSeconds: Math.round(pod.terminationGracePeriod / 1_000),
      initContainers: specs(false),
      containers: specs(true),
    },
    status: {
      phase: "Pending",
      initContainerStatuses: statuses(false),
      containerStatuses: statuses(true),
    },
  };
}

/** Whether koordinator stands in front is read off the command; injection puts it there. */
function commandOf({ command, args, supervision }: ContainerTemplate) {
  const injected = supervision.kind === "annotated" ? ["/koordinator/koordinator"] : [];
  return command === undefined ? { args } : { command: [...injected, ...command], args };
}

/**
 * The pod with news of one of its containers. While a pod is being deleted the kubelet publishes the end
 * of none (kubernetes/kubernetes#106896).
 *
 * @param now milliseconds since 1970
 */
export function withNews(pod: Pod, container: string, news: StatusNews, now: number): Pod {
  const isDeleting = pod.metadata.deletionTimestamp !== undefined;
  if (isDeleting && news.kind === "ended") return pod;
  const change = (statuses: readonly ContainerStatus[] | undefined) =>
    statuses?.map((status) => status.name === container ? changed(pod, status, news, now) : status);
  const { status } = pod;
  const isMain = status?.containerStatuses?.some(({ name }) => name === container) === true;
  return {
    ...pod,
    status: {
      ...status,
      phase: isMain && news.kind === "running" ? "Running" : status?.phase,
      initContainerStatuses: change(status?.initContainerStatuses),
      containerStatuses: change(status?.containerStatuses),
    },
  };
}

function changed(
  pod: Pod,
  status: ContainerStatus,
  news: StatusNews,
  now: number,
): ContainerStatus {
  const time = wholeSeconds(now);
  const { terminated } = status.state ?? {};
  switch (news.kind) {
    case "running":
      return {
        ...status,
        restartCount: (status.restartCount ?? 0) + (isFirst(status) ? 0 : 1),
        lastState: terminated === undefined ? status.lastState : { terminated },
        state: { running: { startedAt: time } },
        ready: false,
        started: false,
      };
    case "started":
      return { ...status, started: true, ready: !isProbed(pod, status.name) };
    case "ready":
      return { ...status, ready: news.ready };
    case "ended": {
      const startedAt = status.state?.running?.startedAt;
      const { exitCode } = news;
      const reason = exitCode === 0 ? "Completed" : "Error";
      return {
        ...status,
        ...{ ready: false, started: false },
        state: { terminated: { exitCode, reason, startedAt, finishedAt: time } },
      };
    }
    case "backOff":
      return {
        ...status,
        lastState: terminated === undefined ? status.lastState : { terminated },
        state: { waiting: { reason: "CrashLoopBackOff" } },
      };
  }
}

/** Whether it has never run. */
function isFirst({ state, lastState }: ContainerStatus): boolean {
  return state?.terminated === undefined && lastState?.terminated === undefined;
}

function isProbed({ spec }: Pod, name: string): boolean {
  return [...spec?.initContainers ?? [], ...spec?.containers ?? []].some((container) =>
    container.name === name && container.readinessProbe !== undefined
  );
}

/**
 * The pod whose containers are all being ended to be started anew, or have all been ended (KEP-5532).
 *
 * @param now milliseconds since 1970
 */
export function withRestart(pod: Pod, isEnding: boolean, now: number): Pod {
  const condition = {
    type: "AllContainersRestarting",
    status: isEnding ? "True" : "False",
    lastTransitionTime: wholeSeconds(now),
  };
  return { ...pod, status: { ...pod.status, conditions: [condition] } };
}

/** The pod as it is being deleted: the timestamp is the end of its grace period. */
export function withDeletion(pod: Pod, now: number): Pod {
  const grace = pod.spec?.terminationGracePeriodSeconds ?? 30;
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      deletionTimestamp: wholeSeconds(now + grace * 1_000),
      deletionGracePeriodSeconds: grace,
    },
  };
}

/** As the API writes times. */
function wholeSeconds(date: number): string {
  return `${new Date(date).toISOString().slice(0, 19)}Z`;
}

/**
 * Times of the API are whole seconds: what began in the second in which all had ended could not be told
 * from what begins after it. A kubelet takes about as long.
 *
 * @param now milliseconds since 1970
 */
export function untilNextSecond(now: number): number {
  return 1_000 - now % 1_000;
}

import type { ContainerStatus, Pod } from "../pod/pod.ts";
import type { Look } from "./knowledge.ts";
import { isInit, manifestOf, type PlayedPod } from "./played_pod.ts";
import type { ContainerState, PodState } from "./pod_state.ts";

/** The beginning of a simulated pod, in milliseconds since 1970. */
export const EPOCH = Date.UTC(2026, 0, 1);

/** What the API server shows of a pod to somebody who looks at some of its containers. */
export type ApiView = (state: PodState, looks: readonly Look[]) => Pod;

/** Makes the API server's view of a pod. */
export function createApiView(pod: PlayedPod): ApiView {
  const manifest = manifestOf(pod);
  return (state, looks) => {
    const statuses = (init: boolean) =>
      looks.flatMap((look) => {
        const [played, container] = [pod.containers[look.at], state.containers[look.at]];
        return look.status && container !== undefined && played !== undefined &&
            isInit(played) === init
          ? [statusOf(played.name, container, look, (state.restart?.endedAt ?? 0) - 60_000)]
          : [];
      });
    return {
      ...manifest,
      metadata: { ...manifest.metadata, ...deletionOf(pod, state) },
      status: {
        phase: "Running",
        initContainerStatuses: statuses(true),
        containerStatuses: statuses(false),
        ...conditionsOf(state),
      },
    };
  };
}

function deletionOf(pod: PlayedPod, { deletion }: PodState) {
  return deletion?.why !== "deleted" ? {} : {
    deletionTimestamp: new Date(EPOCH + deletion.at + pod.grace).toISOString(),
    deletionGracePeriodSeconds: pod.grace / 1_000,
  };
}

function conditionsOf({ restart }: PodState): Pick<NonNullable<Pod["status"]>, "conditions"> {
  return restart === undefined ? {} : {
    conditions: [{
      type: "AllContainersRestarting",
      status: restart.ending ? "True" : "False",
      lastTransitionTime: wholeSeconds(restart.endedAt),
    }],
  };
}

/** @param before a time before all containers were started anew */
function statusOf(
  name: string,
  container: ContainerState,
  look: Look,
  before: number,
): ContainerStatus {
  const { run, ready, started, exitCode, formerExitCode, hidden, stale } = container;
  const startedAt = wholeSeconds(container.startedAt);
  // What was removed to be started anew goes on to look as it did.
  const phase = hidden ? "running" : exitCode === undefined ? container.phase : "terminated";
  return {
    name,
    ready: look.ready && ready,
    started: (look.ready || look.started) && started,
    restartCount: look.history ? run : 0,
    state: phase === "waiting"
      ? { waiting: { reason: "ContainerCreating" } }
      : phase === "running"
      ? { running: { startedAt } }
      : {
        terminated: {
          exitCode: exitCode ?? 0,
          startedAt,
          finishedAt: wholeSeconds(container.finishedAt),
        },
      },
    ...!look.history || formerExitCode === undefined ? {} : {
      lastState: {
        terminated: {
          exitCode: formerExitCode,
          ...stale ? { startedAt: wholeSeconds(before) } : {},
        },
      },
    },
  };
}

/** As the kubelet writes times. */
function wholeSeconds(date: number): string {
  return new Date(Math.floor(date / 1_000) * 1_000).toISOString();
}

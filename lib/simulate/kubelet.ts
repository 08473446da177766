import { restartsAll } from "../pod/restart_policy.ts";
import { byCode, finalities, isInit, type PlayedPod } from "./played_pod.ts";
import type { ContainerState, PodState } from "./pod_state.ts";

/** The phases of a pod; a pod that was deleted is gone. */
export type PodPhase = "Pending" | "Running" | "Succeeded" | "Failed" | "Gone";

/** What the kubelet decides of a pod. */
export interface Kubelet {
  readonly phase: (state: PodState) => PodPhase;
  /** Whether nothing can happen any more. */
  readonly isOver: (state: PodState) => boolean;
  /** Whether a container has ended in a way that has all restarted, which has not begun yet. */
  readonly isRestartDue: (state: PodState) => boolean;
  /** Whether it is ending all containers to start them anew. */
  readonly isRestarting: (state: PodState) => boolean;
  /** Whether a container that has never run, or has ended, is to be started now. */
  readonly isToStart: (state: PodState, index: number) => boolean;
  /** Whether it is a container's turn to be told to stop. */
  readonly isItsTurn: (state: PodState, index: number) => boolean;
  /** Stops a container: its preStop hook first, if it has one. */
  readonly beginStop: (index: number, container: ContainerState, clock: number) => ContainerState;
  /** Begins all stops that are due. */
  readonly settle: (state: PodState) => PodState;
}

/** However little of the grace period is left, a container has this time, in milliseconds. */
const LEAST_GRACE = 2_000;

/** Makes the kubelet of a pod. */
export function createKubelet(pod: PlayedPod): Kubelet {
  const final = finalities(pod);
  const played = pod.containers;
  const restarting = played.map(({ spec }) => byCode((code) => restartsAll(spec, code)));

  /** Whether an init container has failed for good, and with it the pod. */
  function isInitFailed(state: PodState): boolean {
    return !kubelet.isRestarting(state) &&
      state.containers.some(({ phase, exitCode = 0 }, index) =>
        played[index]?.role === "init" && phase === "terminated" && exitCode !== 0 &&
        final[index]?.(exitCode) === true
      );
  }

  function areMainsDone(state: PodState): boolean {
    return !kubelet.isRestarting(state) &&
      state.containers.every(({ phase, exitCode = 0 }, index) =>
        played[index]?.role !== "main" ||
        phase === "terminated" && final[index]?.(exitCode) === true
      );
  }

  /**
   * Whether each main has been started, and may have ended since: until then the pod is pending.
   * https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-phase
   */
  function areMainsCreated({ containers }: PodState): boolean {
    return containers.every(({ phase }, index) =>
      played[index]?.role !== "main" || phase !== "waiting"
    );
  }

  /** Whether nothing is started any more. */
  function isEnding(state: PodState): boolean {
    return state.deletion?.seen === true || isInitFailed(state) || areMainsDone(state);
  }

  /** Whether a container has ended in a way that has all restarted. */
  function hasAllRestarted({ phase, exitCode = 0 }: ContainerState, index: number): boolean {
    return phase === "terminated" && restarting[index]?.(exitCode) === true;
  }

  function isInitialized({ containers }: PodState, before: number): boolean {
    return containers.every(({ phase, exitCode, started }, index) => {
      const role = played[index]?.role;
      if (index >= before || role === "main") return true;
      return role === "nativeSidecar" ? started : phase === "terminated" && exitCode === 0;
    });
  }

  const kubelet: Kubelet = {
    phase: (state) => {
      const { containers, deletion } = state;
      const runs = containers.some(({ phase }) => phase === "running");
      if (deletion?.seen === true && !runs) return deletion.why === "deleted" ? "Gone" : "Failed";
      if (isInitFailed(state)) return runs ? "Pending" : "Failed";
      if (areMainsDone(state) && !runs) {
        const failed = containers.some(({ exitCode }, index) =>
          played[index]?.role === "main" && exitCode !== 0
        );
        return failed ? "Failed" : "Succeeded";
      }
      return areMainsCreated(state) ? "Running" : "Pending";
    },
    isOver: (state) => {
      if (state.deletion?.seen === false) return false;
      const phase = kubelet.phase(state);
      return phase === "Succeeded" || phase === "Failed" || phase === "Gone";
    },
    isRestartDue: (state) =>
      !isEnding(state) && !kubelet.isRestarting(state) && state.containers.some(hasAllRestarted),
    // A pod that is being deleted is ended, and not restarted.
    isRestarting: ({ restart, deletion }) => restart?.ending === true && deletion?.seen !== true,
    isToStart: (state, index) => {
      const container = state.containers[index];
      if (container === undefined || container.phase === "running" || isEnding(state)) return false;
      if (kubelet.isRestarting(state) || hasAllRestarted(container, index)) return false;
      if (container.phase === "waiting") return isInitialized(state, index);
      return final[index]?.(container.exitCode ?? 0) !== true;
    },
    isItsTurn: (state, index) =>
      state.containers[index]?.stop === "inLine" &&
      (played[index]?.role !== "nativeSidecar" || !isEnding(state) ||
        state.containers.every(({ phase }, other) => other <= index || phase !== "running")),
    beginStop: (index, container, clock) => {
      const { preStop } = played[index] ?? {};
      return {
        ...container,
        stop: preStop === undefined ? "inLine" : "preStop",
        preStopDue: preStop === undefined ? undefined : clock + preStop,
        killDue: clock + Math.max(LEAST_GRACE, pod.grace),
      };
    },
    settle: (state) => {
      const isStopped = state.deletion?.seen === true || isInitFailed(state);
      if (!isStopped && !areMainsDone(state)) return state;
      let containers = state.containers;
      for (const [index, container] of containers.entries()) {
        const sidecar = played[index] !== undefined && isInit(played[index]);
        if (container.phase !== "running" || container.stop !== "none") continue;
        if (isStopped || sidecar) {
          containers = containers.with(index, kubelet.beginStop(index, container, state.clock));
        }
      }
      return containers === state.containers ? state : { ...state, containers };
    },
  };
  return kubelet;
}

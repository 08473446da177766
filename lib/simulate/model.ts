import type { Effect } from "../supervisor/events.ts";
import { EPOCH } from "./api_view.ts";
import { createContainerStep } from "./container_events.ts";
import type { Stepped } from "./container_steps.ts";
import { beginAnew } from "./begin_anew.ts";
import { createKubelet, type Kubelet } from "./kubelet.ts";
import { type Relevance, relevanceIn } from "./knowledge.ts";
import type { PlayedPod } from "./played_pod.ts";
import type { ContainerEvent, PodEvent, Possible } from "./pod_event.ts";
import { type PodState, UNSTARTED } from "./pod_state.ts";
import { listPossible } from "./possible.ts";

/** How a model treats what may go on without end. */
export interface ModelOptions {
  /** Restarts are counted up to this number; undefined: all are. */
  readonly mostRuns: number;
  /**
   * `exact`: the clock is the time that has passed. `ordered`: it stands still until the pod is being
   * deleted, and tells from then on what the timers that have fired took; times of earlier runs are
   * told to be earlier, and nothing more.
   */
  readonly time: "exact" | "ordered";
  /** The kubelet's pauses before restarts, in milliseconds, by the number of the run that follows. */
  readonly backoff: (run: number) => number;
  /**
   * Whether a supervisor begins in the step that starts its container, unless the kubelet is about to end
   * the pod: in that moment nothing else can happen to it.
   */
  readonly beginsAtOnce: boolean;
  /** What the node's clock says, in milliseconds since 1970, by the pod's; it may be set meanwhile. */
  readonly date: (clock: number) => number;
}

/** What a supervisor did, by the index of its container. */
export interface Done {
  readonly container: number;
  readonly effect: Effect;
}

/** What an event has led to. */
export interface PodStep {
  readonly state: PodState;
  readonly done: readonly Done[];
}

/** A pod in a model: the kubelet, the API server, the state directory, and the product's own supervisors. */
export interface Model {
  readonly pod: PlayedPod;
  readonly initial: PodState;
  readonly kubelet: Kubelet;
  /** What can happen next, by itself. */
  readonly possible: (state: PodState) => readonly Possible[];
  /** What an event makes of the pod. One that is not possible may make anything of it. */
  readonly step: (state: PodState, event: PodEvent) => PodStep;
  /** The same for the container that an event happens in, all else left as it is. */
  readonly stepContainer: (state: PodState, event: ContainerEvent) => Stepped;
}

/** The kubelet's own pauses: none before the first restart, then 10 s, 20 s... up to 5 minutes. */
export function kubeletBackoff(run: number): number {
  return run < 2 ? 0 : Math.min(300_000, 10_000 * 2 ** (run - 2));
}

/** A model for one order of events with its times. */
export const EXACT: ModelOptions = {
  mostRuns: Infinity,
  time: "exact",
  backoff: kubeletBackoff,
  beginsAtOnce: true,
  date: (clock) => EPOCH + clock,
};

/** A model for all orders of events: no count grows without end. */
export const ORDERED: ModelOptions = { ...EXACT, mostRuns: 2, time: "ordered", backoff: () => 0 };

/**
 * Makes the model of a pod.
 *
 * @param relevance by container: what its supervisor is told of
 */
export function createModel(
  pod: PlayedPod,
  options: ModelOptions = EXACT,
  relevance: readonly Relevance[] = relevanceIn(pod, options.time),
): Model {
  const kubelet = createKubelet(pod);
  const stepContainer = createContainerStep({ pod, kubelet, relevance, options });
  const initial: PodState = {
    clock: 0,
    containers: pod.containers.map(() => UNSTARTED),
    deletion: undefined,
    api: true,
    restart: undefined,
  };
  return {
    pod,
    initial,
    kubelet,
    possible: (state) => listPossible(state, { pod, kubelet, relevance, options }),
    step: (state, event) => {
      if (!("container" in event)) return { state: stepPod(state, event), done: [] };
      const { container: index } = event;
      const { container, effects } = stepContainer(state, event);
      const containers = state.containers.with(index, container);
      return {
        state: kubelet.settle({ ...state, containers }),
        done: effects.map((effect) => ({ container: index, effect })),
      };
    },
    stepContainer,
  };

  function stepPod(state: PodState, event: Exclude<PodEvent, ContainerEvent>): PodState {
    switch (event.kind) {
      case "podDeleted":
        return { ...state, deletion: { why: "deleted", at: state.clock, seen: false } };
      case "kubeletSeesDeletion":
        if (state.deletion === undefined) return state;
        return kubelet.settle({ ...state, deletion: { ...state.deletion, seen: true } });
      case "kubeletEndsAll":
        return { ...state, restart: { ending: true, endedAt: state.restart?.endedAt ?? 0 } };
      case "kubeletBeginsAnew":
        return beginAnew(pod, state, options);
      case "deadlinePasses":
        return kubelet.settle({
          ...state,
          deletion: { why: "deadline", at: state.clock, seen: true },
        });
      case "apiFails":
        return { ...state, api: false };
      case "apiAnswers":
        return { ...state, api: true };
    }
  }
}

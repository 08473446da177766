import type { TimerName } from "../supervisor/events.ts";
import type { Span } from "./played_pod.ts";

/** What can happen in a pod; containers by their index. */
export type PodEvent =
  | { readonly kind: "containerStarts"; readonly container: number }
  /** Where the pod is being deleted the kubelet's signal may come before that. */
  | { readonly kind: "supervisorBegins"; readonly container: number }
  | { readonly kind: "commandReady"; readonly container: number }
  /** By itself. */
  | { readonly kind: "commandEnds"; readonly container: number; readonly code: number }
  /** Because it was told to, or killed. */
  | { readonly kind: "commandStops"; readonly container: number }
  | { readonly kind: "outOfMemory"; readonly container: number }
  /** koordinator itself is killed, and with it all that is in its container. */
  | { readonly kind: "supervisorKilled"; readonly container: number }
  /** The kubelet's startup or liveness probe has failed often enough. */
  | { readonly kind: "probeFails"; readonly container: number }
  | { readonly kind: "preStopEnds"; readonly container: number }
  /** The kubelet sends the stop signal. */
  | { readonly kind: "kubeletStops"; readonly container: number }
  /** The grace period is over. */
  | { readonly kind: "kubeletKills"; readonly container: number }
  /** A supervisor sees the pod as it is now. */
  | { readonly kind: "podSeen"; readonly container: number }
  /** A supervisor sees what is in the state directory of a sibling. */
  | { readonly kind: "siblingSeen"; readonly container: number; readonly sibling: number }
  | { readonly kind: "readinessSeen"; readonly container: number }
  | { readonly kind: "checkOpens"; readonly container: number; readonly index: number }
  | { readonly kind: "callEnds"; readonly container: number; readonly ok: boolean }
  | { readonly kind: "timerFires"; readonly container: number; readonly timer: TimerName }
  /** The pod's object is deleted. */
  | { readonly kind: "podDeleted" }
  /** Until then the kubelet goes on with what it was about to do, and may start a container. */
  | { readonly kind: "kubeletSeesDeletion" }
  /** A container has ended in a way that has all restarted, and the kubelet begins with it. */
  | { readonly kind: "kubeletEndsAll" }
  /** It has ended all, and begins anew with the init containers. */
  | { readonly kind: "kubeletBeginsAnew" }
  /** activeDeadlineSeconds have passed. */
  | { readonly kind: "deadlinePasses" }
  | { readonly kind: "apiFails" }
  | { readonly kind: "apiAnswers" };

/** An event in one container. */
export type ContainerEvent = Extract<PodEvent, { readonly container: number }>;

/** An event that can happen next. */
export interface Possible {
  readonly event: PodEvent;
  /** Since it became possible. */
  readonly after: Span;
  /** When it happens by the pod's clock, where that is known exactly; `after` is void then. */
  readonly due: number | undefined;
  /** Whether it happens within moments: no timer of seconds ends before it. */
  readonly prompt: boolean;
  /** What it is possible by: where this is another object, it has become possible anew. */
  readonly by: unknown;
}

import { findContainer } from "../pod/container.ts";
import type { ContainerSpec, Pod, RestartRule } from "../pod/pod.ts";
import { isFinalEnd } from "../pod/restart_policy.ts";
import type { Duration } from "../spec/duration.ts";
import type { SignalName } from "../spec/signal.ts";
import type { Context, RestartPolicy } from "../supervisor/state.ts";
import type { JobRules, Role } from "../manifest/workload.ts";

/** A length of time that is not known exactly, in milliseconds; `to` may be Infinity. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What is assumed of a container's command. */
export interface Command {
  /** How it may end by itself; none: it is a server, which runs until it is stopped. */
  readonly ends: readonly { readonly code: number; readonly after: Span }[];
  /** How long it takes until it answers probes; undefined: it never does. */
  readonly ready: Span | undefined;
  /** How long it takes to end once it was told to; undefined: it ignores every signal but SIGKILL. */
  readonly stops: Span | undefined;
}

/** What the kubelet asks a container for. */
export interface Probes {
  readonly readiness: boolean;
  /** How long a command may not answer before the kubelet restarts its container; undefined: no probe. */
  readonly startup: Duration | undefined;
  readonly liveness: Duration | undefined;
  /** Whether they are taken to have patience enough for as long as the command is held back. */
  readonly outlastHold: boolean;
}

/** A container of a pod that is played. */
export interface PlayedContainer {
  readonly name: string;
  readonly role: Role;
  readonly restartPolicy: RestartPolicy | undefined;
  readonly restartPolicyRules: readonly RestartRule[];
  readonly probes: Probes;
  readonly preStop: Duration | undefined;
  /** What the kubelet stops it with. */
  readonly stopSignal: SignalName;
  readonly command: Command;
  /** Its supervisor; undefined where none stands in front of the command. */
  readonly supervisor: PlayedSupervisor | undefined;
  /** The state directory that its command empties: it brings koordinator into the pod. */
  readonly empties: string | undefined;
  /** As its siblings see it in the pod's manifest. */
  readonly spec: ContainerSpec;
}

/** koordinator in front of a command. */
export interface PlayedSupervisor {
  readonly context: Context;
  /** The state directory, the same text for those that share it; undefined without one. */
  readonly folder: string | undefined;
  /** Whether it may write there. */
  readonly writes: boolean;
}

/** A pod with all that is assumed of it. */
export interface PlayedPod {
  readonly restartPolicy: RestartPolicy;
  /** In milliseconds. */
  readonly grace: Duration;
  /** Of the pod or its Job, the earlier one. */
  readonly activeDeadline: Duration | undefined;
  readonly job: JobRules | undefined;
  /** In the order of the kubelet: init containers, then the others. */
  readonly containers: readonly PlayedContainer[];
}

/** The manifest as the API server shows it, without a status. */
export function manifestOf(pod: PlayedPod): Pod {
  return {
    metadata: { name: "pod", uid: "pod" },
    spec: {
      restartPolicy: pod.restartPolicy,
      terminationGracePeriodSeconds: pod.grace / 1_000,
      initContainers: pod.containers.filter(isInit).map(({ spec }) => spec),
      containers: pod.containers.filter(({ role }) => role === "main").map(({ spec }) => spec),
    },
  };
}

/** Whether it stands under `initContainers`. */
export function isInit({ role }: PlayedContainer): boolean {
  return role !== "main";
}

/**
 * Whether the kubelet ends the pod after a time, and leaves it there; a Job deletes its pods when its own
 * time is over.
 */
export function hasOwnDeadline({ activeDeadline, job }: PlayedPod): boolean {
  return activeDeadline !== undefined && job?.activeDeadline !== activeDeadline;
}

/** By container: whether an end with a code is its last one, the pod not being deleted. */
export function finalities(pod: PlayedPod): readonly ((code: number) => boolean)[] {
  const manifest = manifestOf(pod);
  return pod.containers.map(({ name }) => {
    const container = findContainer(manifest, name);
    return byCode((code) => container !== undefined && isFinalEnd(manifest, container, code));
  });
}

/** The same answers, each worked out once: they are asked for in every state of a search. */
export function byCode(answer: (code: number) => boolean): (code: number) => boolean {
  const known: boolean[] = [];
  return (code) => known[code] ??= answer(code);
}

/** Whether the pod comes to an end by itself: there is a container that the kubelet does not restart. */
export function isToEnd(pod: PlayedPod): boolean {
  const final = finalities(pod);
  return pod.containers.every(({ role }, index) => role !== "main" || final[index]?.(0) === true);
}

/** What koordinator reads of a pod: the fields of core/v1 Pod that its decisions need. */
export interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly uid?: string | undefined;
    readonly resourceVersion?: string | undefined;
    readonly deletionTimestamp?: string | undefined;
    readonly deletionGracePeriodSeconds?: number | undefined;
  };
  readonly spec?: {
    readonly restartPolicy?: string | undefined;
    readonly terminationGracePeriodSeconds?: number | undefined;
    readonly containers?: readonly ContainerSpec[] | undefined;
    readonly initContainers?: readonly ContainerSpec[] | undefined;
  } | undefined;
  readonly status?: {
    readonly phase?: string | undefined;
    readonly conditions?: readonly Condition[] | undefined;
    readonly containerStatuses?: readonly ContainerStatus[] | undefined;
    readonly initContainerStatuses?: readonly ContainerStatus[] | undefined;
  } | undefined;
}

/** The part of core/v1 Container that finality, cycles and held containers are judged by. */
export interface ContainerSpec {
  readonly name: string;
  readonly restartPolicy?: string | undefined;
  /** Present, whatever it holds: then `ready` speaks of the command and not of its supervisor. */
  readonly readinessProbe?: unknown;
  /** What the kubelet waits for before it says that the container has started. */
  readonly startupProbe?: unknown;
  readonly lifecycle?:
    | { readonly postStart?: unknown; readonly stopSignal?: string | undefined }
    | undefined;
  readonly livenessProbe?: unknown;
  /** Whether the manifest sets its command, and koordinator stands nowhere in it. */
  readonly isBare?: boolean | undefined;
  readonly restartPolicyRules?: readonly RestartRule[] | undefined;
  readonly env?:
    | readonly { readonly name: string; readonly value?: string | undefined }[]
    | undefined;
}

/** A condition of the pod; times in whole seconds. */
export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly lastTransitionTime?: string | null | undefined;
}

/**
 * A rule on exit codes, whatever the policy says: `Restart` this container (KEP-5307), or
 * `RestartAllContainers` of the pod (KEP-5532).
 */
export interface RestartRule {
  readonly action: string;
  readonly exitCodes?: {
    readonly operator: string;
    readonly values?: readonly number[] | undefined;
  } | undefined;
}

/** The part of core/v1 ContainerStatus that decisions need. */
export interface ContainerStatus {
  readonly name: string;
  readonly ready?: boolean | undefined;
  readonly started?: boolean | null | undefined;
  readonly restartCount?: number | undefined;
  /** What the kubelet stops the container with, where the API server tells it (KEP-4960). */
  readonly stopSignal?: string | undefined;
  readonly state?: ContainerState | undefined;
  readonly lastState?: ContainerState | undefined;
}

/** One of waiting, running, terminated. */
export interface ContainerState {
  readonly waiting?:
    | { readonly reason?: string | undefined; readonly message?: string | undefined }
    | undefined;
  readonly running?: { readonly startedAt?: string | null | undefined } | undefined;
  readonly terminated?: Terminated | undefined;
}

/** The end of a run; times in whole seconds. */
export interface Terminated {
  readonly exitCode: number;
  readonly reason?: string | undefined;
  /** What the container has left in its termination message, at most 4096 bytes. */
  readonly message?: string | undefined;
  readonly startedAt?: string | null | undefined;
  readonly finishedAt?: string | null | undefined;
}

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
  readonly restartPolicyRules?: readonly RestartRule[] | undefined;
  readonly env?:
    | readonly { readonly name: string; readonly value?: string | undefined }[]
    | undefined;
}

/** A rule of KEP-5307: restart on these exit codes, whatever the policy says. */
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
  readonly state?: ContainerState | undefined;
  readonly lastState?: ContainerState | undefined;
}

/** One of waiting, running, terminated. */
export interface ContainerState {
  readonly waiting?:
    | { readonly reason?: string | undefined; readonly message?: string | undefined }
    | undefined;
  readonly running?: { readonly startedAt?: string | null | undefined } | undefined;
  readonly terminated?: {
    readonly exitCode: number;
    readonly reason?: string | undefined;
    readonly finishedAt?: string | null | undefined;
  } | undefined;
}

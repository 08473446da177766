import type { RestartRule } from "../pod/pod.ts";
import type { Duration } from "../spec/duration.ts";
import type { SpecFault } from "../spec/parse.ts";
import type { Spec } from "../spec/spec.ts";

/** Keys and indexes from the root of a value: `["spec", "containers", 0, "env", 1, "value"]`. */
export type Path = readonly (string | number)[];

/** A place in a text that holds JSON. */
export type InJson =
  | Path
  | {
    readonly path: Path;
    /** Whether the last key is meant and not what stands behind it. */
    readonly ofKey: boolean;
    /** An index into the text, if the place is not where that value begins. */
    readonly offset: number | undefined;
  };

/** A place in a text; lines and columns are counted from 1, columns in UTF-16 units. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A stretch of a file; `end` is behind its last character. */
export interface Range {
  readonly file: string;
  readonly start: Place;
  readonly end: Place;
}

/** The kinds of objects that hold a pod. */
export type WorkloadKind =
  | "Pod"
  | "Job"
  | "CronJob"
  | "Deployment"
  | "StatefulSet"
  | "DaemonSet"
  | "ReplicaSet"
  | "ReplicationController"
  | "PodTemplate";

/** A pod that a manifest asks for, as its author wrote it. */
export interface Workload {
  readonly kind: WorkloadKind;
  readonly name: string;
  readonly namespace: string | undefined;
  readonly pod: PodTemplate;
  /** Of a Job, or of a CronJob's. */
  readonly job: JobRules | undefined;
  /**
   * Where a value stands, by its path in the pod (`["spec", "containers", 0]`), or the nearest that
   * holds it. With `inJson`, the place inside of the JSON that the text at `path` holds.
   */
  readonly locate: (path: Path, inJson?: InJson) => Range;
}

/** What a Job adds to its pods: batch/v1 JobSpec. */
export interface JobRules {
  readonly backoffLimit: number;
  readonly activeDeadline: Duration | undefined;
  readonly podFailurePolicy: readonly PodFailureRule[];
}

/**
 * A rule of `podFailurePolicy`.
 * https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-failure-policy
 */
export interface PodFailureRule {
  readonly action: "FailJob" | "FailIndex" | "Ignore" | "Count";
  readonly onExitCodes:
    | {
      readonly containerName: string | undefined;
      readonly operator: "In" | "NotIn";
      readonly values: readonly number[];
    }
    | undefined;
}

/** The part of a pod template that check, graph, simulate and inject read. */
export interface PodTemplate {
  readonly annotations: ReadonlyMap<string, string>;
  readonly restartPolicy: "Always" | "OnFailure" | "Never";
  readonly terminationGracePeriod: Duration;
  readonly activeDeadline: Duration | undefined;
  readonly serviceAccountName: string | undefined;
  readonly automountServiceAccountToken: boolean | undefined;
  readonly shareProcessNamespace: boolean;
  readonly volumes: readonly Volume[];
  /** In the order of the kubelet: `initContainers`, then `containers`. */
  readonly containers: readonly ContainerTemplate[];
}

/** A volume, by its name and the key that tells its kind: `emptyDir`, `image`, `downwardAPI`... */
export interface Volume {
  readonly name: string;
  readonly source: string;
  /** Of an emptyDir, in bytes; undefined: none that can be read. */
  readonly sizeLimit: number | undefined;
  readonly path: Path;
}

/** Where a container stands in the order of the kubelet. */
export type Role =
  /** One after the other, before all others; each must succeed. */
  | "init"
  /** An init container with the restart policy Always. */
  | "nativeSidecar"
  | "main";

/** A container as its author wrote it, with where it stands in the pod. */
export interface ContainerTemplate {
  readonly name: string;
  readonly role: Role;
  readonly path: Path;
  readonly image: string | undefined;
  /** undefined: the image's ENTRYPOINT, which no manifest tells. */
  readonly command: readonly string[] | undefined;
  readonly args: readonly string[];
  readonly env: readonly EnvironmentVariable[];
  readonly mounts: readonly Mount[];
  readonly restartPolicy: "Always" | "OnFailure" | "Never" | undefined;
  readonly restartPolicyRules: readonly RestartRule[];
  readonly readinessProbe: Probe | undefined;
  readonly livenessProbe: Probe | undefined;
  readonly startupProbe: Probe | undefined;
  /** How long preStop takes, where it is a sleep; 0 for another hook; undefined without one. */
  readonly preStop: Duration | undefined;
  readonly hasPostStart: boolean;
  /** `lifecycle.stopSignal`. */
  readonly stopSignal: string | undefined;
  readonly supervision: Supervision;
}

/** Whether and how koordinator stands in front of a container's command. */
export type Supervision =
  /** No koordinator in it, and none asked for. */
  | { readonly kind: "none" }
  /** There is a spec and its command is not koordinator: nobody acts by it. */
  | { readonly kind: "notInFront"; readonly source: SpecSource }
  /** koordinator stands in front of the command. */
  | { readonly kind: "inFront"; readonly spec: SpecText }
  /** An annotation asks for injection. */
  | { readonly kind: "annotated"; readonly spec: SpecText }
  /** KOORDINATOR_DISABLED is true. */
  | { readonly kind: "disabled" };

/** A spec, and whether it could be read. */
export type SpecText =
  /** None is written: nothing is waited for. */
  | { readonly kind: "absent" }
  | { readonly kind: "valid"; readonly spec: Spec; readonly source: SpecSource }
  | {
    readonly kind: "invalid";
    readonly faults: readonly SpecFault[];
    /** What to do about them, one sentence. */
    readonly hint: string;
    readonly source: SpecSource;
  }
  /** It comes from a ConfigMap, a Secret or a field, which the manifest does not hold. */
  | { readonly kind: "unseen"; readonly from: string; readonly source: SpecSource };

/** Which variable or annotation holds a spec, and where its text stands. */
export interface SpecSource {
  readonly name: string;
  readonly path: Path;
}

/** A variable of a container; its value where the manifest holds it. */
export interface EnvironmentVariable {
  readonly name: string;
  /** As the command gets it, references replaced; undefined if it is not all in the manifest. */
  readonly value: string | undefined;
  /** The same, with references to what is not in the manifest as they are; undefined with `valueFrom`. */
  readonly filled: string | undefined;
  /** As it stands in the manifest. */
  readonly written: string | undefined;
  /**
   * What it comes from, if not from the manifest: `configMapKeyRef`, `secretKeyRef`, `fieldRef`..., or
   * the first reference to such a variable: `$(NAME)`.
   */
  readonly from: string | undefined;
  readonly path: Path;
}

/** A volume's place in a container. */
export interface Mount {
  readonly volume: string;
  readonly at: string;
  readonly readOnly: boolean;
  /** The folder of the volume that is mounted; without it the whole volume. */
  readonly subPath?: string | undefined;
  readonly path: Path;
}

/** A probe of the kubelet, with its defaults filled in. */
export interface Probe {
  readonly action: ProbeAction;
  readonly initialDelay: Duration;
  readonly period: Duration;
  readonly timeout: Duration;
  readonly failureThreshold: number;
  readonly successThreshold: number;
}

/** What a probe does. A port may have a name. */
export type ProbeAction =
  | { readonly kind: "exec"; readonly command: readonly string[] }
  | { readonly kind: "http"; readonly port: number | string; readonly path: string }
  | { readonly kind: "tcp"; readonly port: number | string }
  | { readonly kind: "grpc"; readonly port: number };

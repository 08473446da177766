/** Workloads as an author would write them, by their differences from the plainest. */
import type {
  ContainerTemplate,
  EnvironmentVariable,
  Probe,
  Workload,
  WorkloadKind,
} from "../../lib/manifest/workload.ts";
import { seconds } from "../../lib/spec/duration.ts";
import { parseSpec } from "../../lib/spec/parse.ts";
import type { Assumptions, CommandSettings } from "../../lib/simulate/assumptions.ts";
import type { PlayedPod } from "../../lib/simulate/played_pod.ts";
import { playedPod } from "../../lib/simulate/played_workload.ts";

/** What a test says of a container. */
export type ContainerIdea =
  & Partial<Omit<ContainerTemplate, "env">>
  & {
    readonly name: string;
    /** koordinator's; without one there is no koordinator. */
    readonly spec?: unknown;
    readonly probe?: boolean;
    readonly env?: Readonly<Record<string, string>>;
    /** What is assumed of its command. */
    readonly assume?: CommandSettings;
  };

/** What a test says of a pod. */
export interface PodIdea {
  readonly restartPolicy?: "Always" | "OnFailure" | "Never";
  /** Whether the containers share a state directory. */
  readonly stateDirectory?: boolean;
  readonly token?: boolean;
  readonly grace?: number;
  readonly job?: Workload["job"];
  readonly containers: readonly ContainerIdea[];
}

/** A probe with the kubelet's defaults. */
export const PROBE: Probe = {
  action: { kind: "tcp", port: 1 },
  initialDelay: seconds(0),
  period: seconds(10),
  timeout: seconds(1),
  failureThreshold: 3,
  successThreshold: 1,
};

function variable(name: string, value: string): EnvironmentVariable {
  return { name, value, filled: value, written: value, from: undefined, path: [] };
}

/** A container under koordinator if it has a spec. */
function container(idea: ContainerIdea, index: number, shared: boolean): ContainerTemplate {
  const { spec, probe, env = {}, assume: _, ...rest } = idea;
  const variables: EnvironmentVariable[] = Object.entries(env)
    .map(([name, value]) => variable(name, value));
  const supervised = spec !== undefined;
  if (supervised) {
    const value = JSON.stringify(spec);
    variables.push(variable("KOORDINATOR_SPEC", value));
  }
  return {
    role: "main",
    path: ["spec", "containers", index],
    image: "image",
    command: supervised ? ["/koordinator/koordinator", "command"] : ["command"],
    args: [],
    env: variables,
    mounts: supervised
      ? [{ volume: "koordinator", at: "/koordinator", readOnly: !shared, path: [] }]
      : [],
    restartPolicy: undefined,
    restartPolicyRules: [],
    readinessProbe: probe === true ? PROBE : undefined,
    livenessProbe: undefined,
    startupProbe: undefined,
    preStop: undefined,
    hasPostStart: false,
    stopSignal: undefined,
    supervision: supervised
      ? {
        kind: "inFront",
        spec: {
          kind: "valid",
          spec: parseSpec(JSON.stringify(spec), "KOORDINATOR_SPEC"),
          source: { name: "KOORDINATOR_SPEC", path: [] },
        },
      }
      : { kind: "none" },
    ...rest,
  };
}

/** A workload with these containers. */
export function workload(idea: PodIdea, kind: WorkloadKind = "Job"): Workload {
  const shared = idea.stateDirectory ?? false;
  return {
    kind,
    name: "work",
    namespace: undefined,
    job: idea.job,
    locate: () => ({ file: "", start: { line: 1, column: 1 }, end: { line: 1, column: 1 } }),
    pod: {
      annotations: new Map(),
      restartPolicy: idea.restartPolicy ?? "Never",
      terminationGracePeriod: seconds(idea.grace ?? 30),
      activeDeadline: undefined,
      serviceAccountName: undefined,
      automountServiceAccountToken: idea.token ?? true,
      shareProcessNamespace: false,
      volumes: [{
        name: "koordinator",
        source: shared ? "emptyDir" : "image",
        path: [],
        sizeLimit: undefined,
      }],
      containers: idea.containers.map((one, index) => container(one, index, shared)),
    },
  };
}

/** A pod with these containers, with what a test says of their commands. */
export function pod(idea: PodIdea, kind?: WorkloadKind): PlayedPod {
  const assumptions: Assumptions = new Map(
    idea.containers.flatMap(({ name, assume }) => assume === undefined ? [] : [[name, assume]]),
  );
  return playedPod(workload(idea, kind), assumptions);
}

/** The README's Job. */
export const PROXY: ContainerIdea = { name: "proxy", spec: { stopDeps: ["main"] }, probe: true };
export const MAIN: ContainerIdea = { name: "main", spec: { startDeps: ["proxy"] } };

import type {
  ContainerTemplate,
  Role,
  Supervision,
  Workload,
  WorkloadKind,
} from "../../lib/manifest/workload.ts";
import { seconds } from "../../lib/spec/duration.ts";
import { parseSpec } from "../../lib/spec/parse.ts";

const nowhere = { line: 1, column: 1 };

/** koordinator in front of a command, with this spec. */
export function inFront(spec: unknown): Supervision {
  const source = { name: "KOORDINATOR_SPEC", path: [] };
  return {
    kind: "inFront",
    spec: { kind: "valid", spec: parseSpec(JSON.stringify(spec), source.name), source },
  };
}

/** A container as a manifest that says little would have it; no `supervision`: without koordinator. */
export function container(
  name: string,
  supervision: Supervision = { kind: "none" },
  role: Role = "main",
): ContainerTemplate {
  return {
    name,
    role,
    path: [],
    image: undefined,
    command: [name],
    args: [],
    env: [],
    mounts: [],
    restartPolicy: undefined,
    restartPolicyRules: [],
    readinessProbe: undefined,
    livenessProbe: undefined,
    startupProbe: undefined,
    preStop: undefined,
    hasPostStart: false,
    stopSignal: undefined,
    supervision,
  };
}

/** A pod of these containers. */
export function workload(
  name: string,
  containers: readonly ContainerTemplate[],
  kind: WorkloadKind = "Job",
): Workload {
  return {
    kind,
    name,
    namespace: undefined,
    job: undefined,
    pod: {
      annotations: new Map(),
      restartPolicy: "Never",
      terminationGracePeriod: seconds(30),
      activeDeadline: undefined,
      serviceAccountName: undefined,
      automountServiceAccountToken: undefined,
      shareProcessNamespace: false,
      volumes: [],
      containers,
    },
    locate: () => ({ file: "pod.yaml", start: nowhere, end: nowhere }),
  };
}

/** The pod of the README's Job. */
export const example = workload("example", [
  container("koordinator", { kind: "none" }, "init"),
  container("cloud-sql-proxy", inFront({ stopDeps: ["main-container"] })),
  container("main-container", inFront({ startDeps: ["cloud-sql-proxy"], stopDelay: "10s" })),
]);

/** Something of everything. */
export const rich = workload("nightly-import", [
  container("koordinator", { kind: "none" }, "init"),
  container("migrate", inFront({ startDeps: [{ tcp: "db:5432" }], startTimeout: "2m" }), "init"),
  container("log-shipper", inFront({ handOver: false }), "nativeSidecar"),
  container(
    "envoy",
    inFront({
      stopDeps: ["importer", { container: "exporter", when: "terminated" }],
      stopWhen: "all",
      stopLinger: "5s",
      whenStopDepExited: { http: { post: { port: 15020, path: "/quitquitquit" } } },
      readiness: { http: { port: 15021, path: "/healthz/ready" } },
    }),
  ),
  container(
    "importer",
    inFront({
      startDeps: ["envoy", { unix: "/run/queue/queue.sock" }],
      restart: { policy: "onFailure" },
    }),
  ),
  container(
    "exporter",
    inFront({
      startDeps: ["envoy", { container: "cache", until: "started", optional: true }],
      stopDeps: [{ container: "importer", when: "failed", exitCode: -1 }],
      afterExit: [{ http: { post: { port: 4191, path: "/shutdown" } } }],
    }),
  ),
  container("metrics"),
], "CronJob");

/** What is wrong with specs, and a name of the greatest length. */
export const faulty = workload("x".repeat(63), [
  container("a".repeat(63), inFront({ startDeps: ["b", "nobody"] })),
  container("b", inFront({ startDeps: ["a".repeat(63)], stopDeps: ["b"] })),
  container("c", { kind: "notInFront", source: { name: "KOORDINATOR_SPEC", path: [] } }),
  container("d", { kind: "disabled" }),
  container("e", {
    kind: "annotated",
    spec: { kind: "invalid", faults: [], hint: "", source: { name: "", path: [] } },
  }),
  container("f", {
    kind: "inFront",
    spec: { kind: "unseen", from: "configMapKeyRef", source: { name: "", path: [] } },
  }),
  container(
    "g",
    inFront({
      startDeps: [{ file: `/very/long/${"path/".repeat(40)}file "<&> \u001b` }, {
        http: { port: 80 },
      }],
    }),
  ),
], "Deployment");

import type { Pod } from "../../../lib/pod/pod.ts";

/** How the containers of the measured pod are. */
export interface PodState {
  readonly proxyReady: boolean;
  readonly mainEnded: boolean;
  /** How many containers nobody waits for are there too. */
  readonly others: number;
  /** Changes nothing that anybody waits for. */
  readonly update: number;
}

const STARTED = "2026-01-01T00:00:00Z";

/** A pod as large as an API server shows one, 6 kB with three containers: keys in the order of Go's structures. */
export function fullPod({ proxyReady, mainEnded, others, update }: PodState): Pod {
  const extra = Array.from({ length: others }, (_, index) => `other-${index}`);
  const names = ["app", "main", "proxy", ...extra];
  const states = names.map((name) => {
    const ended = name === "main" && mainEnded;
    return {
      name,
      state: ended
        ? {
          terminated: { exitCode: 0, reason: "Completed", startedAt: STARTED, finishedAt: STARTED },
        }
        : { running: { startedAt: STARTED } },
      lastState: {},
      ready: name === "proxy" ? proxyReady : !ended,
      restartCount: 0,
      image: `registry.example/team/${name}:1.2.3`,
      imageID: `registry.example/team/${name}@sha256:${"5f".repeat(32)}`,
      containerID: `containerd://${"a7".repeat(32)}`,
      started: !ended,
      volumeMounts: mounts(),
    };
  });
  const status = {
    phase: "Running",
    conditions: [
      "PodReadyToStartContainers",
      "Initialized",
      "Ready",
      "ContainersReady",
      "PodScheduled",
    ]
      .map((type) => ({
        type,
        status: "True",
        observedGeneration: update,
        lastProbeTime: null,
        lastTransitionTime: STARTED,
      })),
    hostIP: "10.0.0.1",
    hostIPs: [{ ip: "10.0.0.1" }],
    podIP: "10.1.0.7",
    podIPs: [{ ip: "10.1.0.7" }],
    startTime: STARTED,
    containerStatuses: states,
  };
  const spec = {
    volumes: [
      { name: "koordinator", emptyDir: {} },
      { name: "kube-api-access-x2v9q", projected: { sources: TOKEN_SOURCES, defaultMode: 420 } },
    ],
    containers: names.map((name) => ({
      name,
      image: `registry.example/team/${name}:1.2.3`,
      command: ["/koordinator/koordinator", `/${name}`],
      env: [{ name: "KOORDINATOR_SPEC", value: "{}" }, { name: "LOG_LEVEL", value: "info" }],
      resources: { limits: { memory: "128Mi" }, requests: { cpu: "50m", memory: "128Mi" } },
      volumeMounts: mounts(),
      readinessProbe: {
        httpGet: { path: "/ready", port: 8080, scheme: "HTTP" },
        ...{ timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 },
      },
      terminationMessagePath: "/dev/termination-log",
      terminationMessagePolicy: "File",
      imagePullPolicy: "IfNotPresent",
    })),
    restartPolicy: "Never",
    terminationGracePeriodSeconds: 30,
    dnsPolicy: "ClusterFirst",
    serviceAccountName: "default",
    nodeName: "node-1",
    tolerations: ["not-ready", "unreachable"].map((key) => ({
      ...{ key: `node.kubernetes.io/${key}`, operator: "Exists", effect: "NoExecute" },
      tolerationSeconds: 300,
    })),
  };
  const metadata = {
    name: "pod",
    generateName: "job-",
    namespace: "default",
    uid: "uid-1",
    creationTimestamp: STARTED,
    labels: { "batch.kubernetes.io/job-name": "job", "job-name": "job" },
    ownerReferences: [
      { apiVersion: "batch/v1", kind: "Job", name: "job", uid: "uid-2", controller: true },
    ],
    managedFields: ["kube-controller-manager", "kubelet"].map((manager) => ({
      ...{ manager, operation: "Update", apiVersion: "v1", time: STARTED, fieldsType: "FieldsV1" },
      fieldsV1: Object.fromEntries(names.map((name) => [`k:{"name":"${name}"}`, MANAGED])),
    })),
  };
  return { metadata, spec, status };
}

function mounts() {
  return [
    { name: "koordinator", mountPath: "/koordinator" },
    {
      name: "kube-api-access-x2v9q",
      readOnly: true,
      mountPath: "/var/run/secrets/kubernetes.io/serviceaccount",
    },
  ];
}

const TOKEN_SOURCES = [
  { serviceAccountToken: { expirationSeconds: 3607, path: "token" } },
  { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
];

const MANAGED = {
  ".": {},
  "f:command": {},
  "f:env": { ".": {}, 'k:{"name":"KOORDINATOR_SPEC"}': { ".": {}, "f:name": {}, "f:value": {} } },
  "f:image": {},
  "f:imagePullPolicy": {},
  "f:name": {},
  "f:resources": {},
  "f:terminationMessagePath": {},
  "f:volumeMounts": { ".": {}, 'k:{"mountPath":"/koordinator"}': { ".": {}, "f:mountPath": {} } },
};

import { assertEquals } from "@std/assert";
import { parseAllDocuments, stringify } from "yaml";
import { readManifest } from "../../lib/manifest/manifest.ts";
import type { Manifest } from "../../lib/manifest/manifest.ts";

const read = (text: string): Manifest => readManifest({ name: "f.yaml", text });

/** Kind, name and containers of every workload. */
const summary = ({ workloads }: Manifest) =>
  workloads.map(({ kind, name, pod }) =>
    `${kind} ${name}: ${pod.containers.map((each) => each.name).join(" ")}`
  );

const CONTAINERS = "{containers: [{name: a}]}";
const ENDING = "{restartPolicy: Never, containers: [{name: a}]}";

/** A file, and its workloads. */
const WORKLOADS: readonly (readonly [string, string, ...string[]])[] = [
  ["a Pod", `{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: ${CONTAINERS}}`, "Pod p: a"],
  [
    "a Job",
    `{apiVersion: batch/v1, kind: Job, metadata: {name: j}, spec: {template: {spec: ${ENDING}}}}`,
    "Job j: a",
  ],
  [
    "a CronJob",
    `{apiVersion: batch/v1, kind: CronJob, metadata: {name: c}, spec: {jobTemplate: {spec: {template: {spec: ${ENDING}}}}}}`,
    "CronJob c: a",
  ],
  ...["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"].map((kind) =>
    [
      `a ${kind}`,
      `{apiVersion: apps/v1, kind: ${kind}, metadata: {name: d}, spec: {template: {spec: ${CONTAINERS}}}}`,
      `${kind} d: a`,
    ] as const
  ),
  [
    "a ReplicationController",
    `{apiVersion: v1, kind: ReplicationController, metadata: {name: r}, spec: {template: {spec: ${CONTAINERS}}}}`,
    "ReplicationController r: a",
  ],
  [
    "a PodTemplate",
    `{apiVersion: v1, kind: PodTemplate, metadata: {name: t}, template: {spec: ${CONTAINERS}}}`,
    "PodTemplate t: a",
  ],
  [
    "a List of a Pod and a List",
    `{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: ${CONTAINERS}}, {kind: List, items: [{apiVersion: v1, kind: Pod, metadata: {name: q}, spec: ${CONTAINERS}}]}]}`,
    "Pod p: a",
    "Pod q: a",
  ],
  [
    "a PodList whose items do not say their kind",
    `{apiVersion: v1, kind: PodList, items: [{metadata: {name: p}, spec: ${CONTAINERS}}]}`,
    "Pod p: a",
  ],
  [
    "a Job of another group, which is not ours",
    `{apiVersion: batch.volcano.sh/v1alpha1, kind: Job, spec: {template: {spec: ${CONTAINERS}}}}`,
  ],
  [
    "several documents, some empty",
    `---\n---\nkind: Pod\nmetadata: {name: p}\nspec: ${CONTAINERS}\n---\n# nothing\n---\nkind: ConfigMap\n---\nkind: Pod\nmetadata: {name: q}\nspec: ${CONTAINERS}\n...\n`,
    "Pod p: a",
    "Pod q: a",
  ],
  [
    "JSON with tabs",
    `{\n\t"kind": "Pod",\n\t"metadata": {"name": "p"},\n\t"spec": {"containers": [\n\t\t{"name": "a"}\n\t]}\n}\n`,
    "Pod p: a",
  ],
  [
    "a Pod with a generated name",
    `{kind: Pod, metadata: {generateName: p-}, spec: ${CONTAINERS}}`,
    "Pod p-: a",
  ],
  ["a Pod without a name", `{kind: Pod, spec: ${CONTAINERS}}`, "Pod (no name): a"],
  [
    "init containers before the others",
    `{kind: Pod, metadata: {name: p}, spec: {containers: [{name: a}], initContainers: [{name: b}]}}`,
    "Pod p: b a",
  ],
  [
    "containers by an alias and by merge keys",
    `x: &c {name: a}\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [*c, {<<: *c, name: b}]}\n`,
    "Pod p: a b",
  ],
  ["a byte order mark", `\ufeffkind: Pod\nmetadata: {name: p}\nspec: ${CONTAINERS}\n`, "Pod p: a"],
  ["nothing", ""],
  ["a comment", "# nothing\n"],
  ["a text", "hello"],
  ["a list", "- a\n- b\n"],
];

for (const [name, text, ...expected] of WORKLOADS) {
  Deno.test(`the workloads of ${name} are read`, () => {
    const manifest = read(text);
    assertEquals(manifest.faults, []);
    assertEquals(summary(manifest), expected);
  });
}

/** A file, and each fault as `line:column kind message`. */
const FAULTS: readonly (readonly [string, string, ...string[]])[] = [
  [
    "no YAML",
    "a: [b\nc: d\n",
    "2:1 syntax no YAML: Flow sequence in block collection must be sufficiently indented and end with a ]",
  ],
  [
    "an alias to nothing",
    "a: *b\n",
    "1:4 syntax no YAML: no anchor &b stands before *b",
  ],
  [
    "an alias that stands before its anchor, and one to nothing",
    "kind: Pod\nspec: {containers: *list}\na: &list []\nb: [*none]\n",
    "2:20 syntax no YAML: no anchor &list stands before *list",
    "4:5 syntax no YAML: no anchor &none stands before *none",
  ],
  [
    "a merge of a text",
    "a: {<<: b}\n",
    "1:1 syntax no YAML: Merge sources must be maps or map aliases",
  ],
  [
    "a key that is there twice",
    "kind: Pod\nspec:\n  containers: [{name: a}]\n  containers: [{name: a}]\n",
    "4:3 doubleKey the key is there twice, and only one of them can count",
  ],
  [
    "a pod without containers",
    "kind: Pod\nspec:\n  containers:\n",
    "3:3 unreadableField spec.containers: a pod has at least one container",
  ],
  [
    "a name that no container may have",
    "kind: Pod\nspec:\n  containers: [{name: A_b}]\n",
    '3:23 unreadableField spec.containers.0.name: "A_b" is no name: small letters, digits and -, at most 63 of them',
  ],
  [
    "empty items",
    "kind: Pod\nspec:\n  containers:\n    - name: a\n      env:\n        -\n    -\n    - null\n",
    "7:6 unreadableField spec.containers.1: nothing stands here",
    "8:7 unreadableField spec.containers.2: nothing stands here",
    "6:10 unreadableField spec.containers.0.env.0: nothing stands here",
  ],
  [
    "two containers of one name",
    "kind: Pod\nspec:\n  initContainers: [{name: a}]\n  containers: [{name: b}, {name: a}]\n",
    '4:34 unreadableField spec.containers.1.name: another container has the name "a" too',
  ],
  [
    "a Job that says nothing of restarts",
    "apiVersion: batch/v1\nkind: Job\nspec:\n  template:\n    spec:\n      containers: [{name: a}]\n",
    "6:7 unreadableField spec.template.spec.restartPolicy: a Job takes Never or OnFailure, and not the default Always",
  ],
  [
    "a Deployment whose pods are to end",
    "kind: Deployment\nspec: {template: {spec: {restartPolicy: Never, containers: [{name: a}]}}}\n",
    "2:41 unreadableField spec.template.spec.restartPolicy: a Deployment takes Always, and not Never",
  ],
  [
    "a number for a text",
    "kind: Pod\nspec:\n  containers:\n    - name: a\n      env:\n        - name: X\n          value: 1\n",
    "7:18 unreadableField spec.containers.0.env.0.value: expected a text, found 1",
  ],
  [
    "yes for a text, which is true",
    "kind: Pod\nspec: {containers: [{name: a, env: [{name: X, value: yes}]}]}\n",
    "2:54 unreadableField spec.containers.0.env.0.value: expected a text, found true",
  ],
  [
    "a text for a list",
    "kind: Pod\nspec: {containers: [{name: a, command: sh}]}\n",
    '2:40 unreadableField spec.containers.0.command: expected a list of texts, found "sh"',
  ],
  [
    "a list for an object",
    "kind: Pod\nspec: []\n",
    "2:7 unreadableField spec: expected an object, found a list",
  ],
  [
    "a container without a name",
    "kind: Pod\nspec: {containers: [{image: a}, {name: b}]}\n",
    "2:21 unreadableField spec.containers.0.name: missing",
  ],
  [
    "a restart policy that there is not",
    "kind: Pod\nspec: {restartPolicy: onFailure, containers: []}\n",
    '2:23 unreadableField spec.restartPolicy: expected Always, OnFailure, Never, found "onFailure", did you mean "OnFailure"?',
  ],
  [
    "a negative grace period",
    "kind: Pod\nspec: {terminationGracePeriodSeconds: -1, containers: []}\n",
    "2:39 unreadableField spec.terminationGracePeriodSeconds: expected a whole number of seconds that is not negative, found -1",
  ],
  [
    "two faults of one variable",
    "kind: Pod\nspec: {containers: [{name: a, env: [{value: 1}, {name: B}]}]}\n",
    "2:37 unreadableField spec.containers.0.env.0.name: missing",
    "2:45 unreadableField spec.containers.0.env.0.value: expected a text, found 1",
  ],
  [
    "a spec without a pod",
    "kind: Deployment\napiVersion: apps/v1\nspec: {replicas: 1}\n",
    "3:7 unreadableField spec.template.spec: missing",
  ],
  [
    "a backoff limit in quotes",
    "kind: Job\napiVersion: batch/v1\nspec: {backoffLimit: '0', template: {spec: {restartPolicy: Never, containers: [{name: a}]}}}\n",
    '3:22 unreadableField spec.backoffLimit: expected a whole number, found "0": write 0 without quotes',
  ],
  [
    "a role without a list",
    "kind: Role\napiVersion: rbac.authorization.k8s.io/v1\nrules: [{verbs: get}]\n",
    '3:17 unreadableField rules.0.verbs: expected a list of texts, found "get"',
  ],
  [
    "one in a List",
    "kind: List\nitems:\n  - kind: Pod\n    spec: {containers: [{name: 1}]}\n",
    "4:32 unreadableField spec.containers.0.name: expected a text, found 1",
  ],
];

for (const [name, text, ...expected] of FAULTS) {
  Deno.test(`${name} is told with its place`, () => {
    const found = read(text).faults.map(({ kind, message, range: { start } }) =>
      `${start.line}:${start.column} ${kind} ${message}`
    );
    assertEquals(found, expected);
  });
}

Deno.test("what YAML takes for a number or a boolean is told to want quotes", () => {
  const { faults } = read(
    "kind: Pod\nspec: {containers: [{name: 1, image: yes, args: [on], command: {}}]}\n",
  );
  const quotes = "put it in quotes";
  assertEquals(faults.map(({ hint }) => hint), [quotes, quotes, undefined, quotes]);
});

Deno.test("a field that cannot be read takes nothing else with it", () => {
  const { workloads: [workload], faults } = read(
    "kind: Pod\nspec:\n  restartPolicy: never\n  containers:\n    - {image: x}\n    - {name: b, command: [1], args: [c], env: [{value: 1}, {name: D, value: e}]}\n",
  );
  assertEquals(faults.length, 5);
  const [container] = workload?.pod.containers ?? [];
  assertEquals(workload?.pod.restartPolicy, "Always");
  assertEquals(
    [container?.name, container?.command, container?.args, container?.path],
    ["b", undefined, ["c"], ["spec", "containers", 1]],
  );
  assertEquals(container?.env.map(({ name, path }) => `${name} ${path.at(-1)}`), ["D 1"]);
});

Deno.test("what Helm renders is told of by the name of its template", () => {
  const text = `---
# Source: chart/templates/account.yaml
apiVersion: v1
kind: ServiceAccount
metadata: {name: s}
---
# Source: chart/templates/job.yaml
# a comment of the author's
apiVersion: batch/v1
kind: Job
metadata: {name: j}
spec: {template: {spec: {containers: [{name: 1}, {name: b}]}}}
---
# Source: chart/templates/empty.yaml
`;
  const { workloads: [job], faults: [fault], rbac } = read(text);
  assertEquals(job?.locate(["spec", "containers", 1, "name"]), {
    file: "chart/templates/job.yaml",
    start: { line: 12, column: 57 },
    end: { line: 12, column: 58 },
  });
  assertEquals(fault?.range.file, "chart/templates/job.yaml");
  assertEquals(rbac.serviceAccounts.map(({ name }) => name), ["s"]);
});

Deno.test("a value of a Helm template that happens to be YAML is told what to do", () => {
  const { faults: [fault] } = read("kind: Pod\nspec: {containers: [{name: {{ .Values.x }}}]}\n");
  assertEquals(fault?.kind, "unreadableField");
  assertEquals(fault?.hint?.includes("helm template CHART | koordinator check -"), true);
});

Deno.test("a Helm template that nobody has rendered is told what to do", () => {
  const { faults: [fault] } = read("kind: Pod\n{{- if .Values.x }}\nspec: {}\n{{- end }}\n");
  assertEquals(fault?.kind, "syntax");
  assertEquals(fault?.hint?.includes("helm template CHART | koordinator check -"), true);
});

Deno.test("aliases that would fill the memory are a fault", () => {
  const levels = Array.from(
    { length: 12 },
    (_, at) =>
      `l${at + 1}: &l${at + 1} [${Array.from({ length: 10 }, () => `*l${at}`).join(", ")}]`,
  );
  const { faults } = read(`l0: &l0 [x]\n${levels.join("\n")}\n`);
  assertEquals(faults.map(({ message }) => message), [
    "no YAML: Excessive alias count indicates a resource exhaustion attack",
  ]);
});

Deno.test("defaults are those of Kubernetes", () => {
  const { workloads: [job] } = read(
    `{apiVersion: batch/v1, kind: Job, spec: {template: {spec: {containers: [{name: a, readinessProbe: {httpGet: {port: web}, periodSeconds: 0}, lifecycle: {preStop: {exec: {command: [x]}}}}]}}}}`,
  );
  const [container] = job?.pod.containers ?? [];
  assertEquals(job?.job, { backoffLimit: 6, activeDeadline: undefined, podFailurePolicy: [] });
  assertEquals<unknown>(
    [
      job?.pod.restartPolicy,
      job?.pod.terminationGracePeriod,
      container?.preStop,
      container?.hasPostStart,
    ],
    ["Always", 30_000, 0, false],
  );
  assertEquals<unknown>(container?.readinessProbe, {
    action: { kind: "http", port: "web", path: "/" },
    initialDelay: 0,
    period: 10_000,
    timeout: 1_000,
    failureThreshold: 3,
    successThreshold: 1,
  });
});

Deno.test("rights and service accounts are kept as they are written", () => {
  const { rbac } = read(`
apiVersion: v1
kind: List
items:
  - {apiVersion: v1, kind: ServiceAccount, metadata: {name: s, namespace: ns}, automountServiceAccountToken: false}
  - {apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: r}, rules: [{apiGroups: [""], resources: [pods], verbs: ["*"]}]}
  - apiVersion: rbac.authorization.k8s.io/v1
    kind: RoleBinding
    metadata: {name: b, namespace: ns}
    roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: r}
    subjects: [{kind: ServiceAccount, name: s}]
`);
  assertEquals(rbac, {
    serviceAccounts: [{ name: "s", namespace: "ns", automountServiceAccountToken: false }],
    roles: [{
      kind: "ClusterRole",
      name: "r",
      namespace: undefined,
      rules: [{ apiGroups: [""], resources: ["pods"], resourceNames: [], verbs: ["*"] }],
    }],
    bindings: [{
      kind: "RoleBinding",
      name: "b",
      namespace: "ns",
      role: { kind: "ClusterRole", name: "r" },
      subjects: [{ kind: "ServiceAccount", name: "s", namespace: undefined }],
    }],
  });
});

Deno.test("what is written back by kubectl as one list is read like the files", async () => {
  const text = await Deno.readTextFile(new URL("../../examples/job.yaml", import.meta.url));
  const items = parseAllDocuments(text).map((document): unknown => document.toJS());
  const list = read(stringify({ apiVersion: "v1", kind: "List", items }));
  const strip = ({ workloads, rbac }: Manifest) => ({
    pods: workloads.map(({ pod }) => pod),
    rbac,
  });
  assertEquals(strip(list), strip(read(text)));
});

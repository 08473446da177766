/** Who may ask the API server, judged by what the files say. */
import { assertEquals } from "@std/assert";
import { found } from "./support/found.ts";
import { bare, type Fields, job, wrapped } from "./support/pod.ts";

const PROBED = { readinessProbe: { tcpSocket: { port: 5432 } } };

/** A main that waits for what the API server alone tells of. */
function waiting(fields: Fields, env: readonly Fields[] = []): string {
  return job([
    wrapped("main", { startDeps: ["proxy"] }, { env }),
    bare("proxy", PROBED),
  ], { automountServiceAccountToken: undefined, serviceAccountName: "main", ...fields });
}

const POD = waiting({});

function role(rules: Fields, kind = "Role"): Fields {
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind,
    metadata: { name: "pods", ...kind === "Role" ? { namespace: "market" } : {} },
    rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["list", "watch"], ...rules }],
  };
}

function binding(subject: Fields, fields: Fields = {}): Fields {
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata: { name: "pods", namespace: "market" },
    roleRef: { kind: "Role", name: "pods" },
    subjects: [subject],
    ...fields,
  };
}

const MAIN = { kind: "ServiceAccount", name: "main", namespace: "market" };

const cases: readonly {
  readonly name: string;
  readonly objects?: readonly Fields[];
  readonly pod?: string;
  readonly severity: string | undefined;
}[] = [
  { name: "no file holds any RBAC", severity: "warning" },
  { name: "the Role is bound", objects: [role({}), binding(MAIN)], severity: undefined },
  {
    name: "the Role is there and not bound",
    objects: [role({})],
    severity: "error",
  },
  {
    name: "another account is meant",
    objects: [role({}), binding({ ...MAIN, name: "other" })],
    severity: "error",
  },
  {
    name: "the account of another namespace is meant",
    objects: [role({}), binding({ ...MAIN, namespace: "other" })],
    severity: "error",
  },
  {
    name: "the binding is in another namespace",
    objects: [
      role({}),
      binding(MAIN, { metadata: { name: "pods", namespace: "other" } }),
    ],
    severity: "error",
  },
  {
    name: "the right to get the pod is enough",
    objects: [role({ verbs: ["get"] }), binding(MAIN)],
    severity: undefined,
  },
  {
    name: "the right to list alone is not",
    objects: [role({ verbs: ["list"] }), binding(MAIN)],
    severity: "error",
  },
  {
    name: "a star is every right",
    objects: [role({ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }), binding(MAIN)],
    severity: undefined,
  },
  {
    name: "pods of another group are none",
    objects: [role({ apiGroups: ["metrics.k8s.io"] }), binding(MAIN)],
    severity: "error",
  },
  {
    name: "the pods' logs are no pods",
    objects: [role({ resources: ["pods/log"] }), binding(MAIN)],
    severity: "error",
  },
  {
    name: "a role of the cluster is not in the files",
    objects: [binding(MAIN, { roleRef: { kind: "ClusterRole", name: "view" } })],
    severity: undefined,
  },
  {
    name: "all service accounts are meant",
    objects: [role({}), binding({ kind: "Group", name: "system:serviceaccounts" })],
    severity: undefined,
  },
  {
    name: "all service accounts of another namespace are meant",
    objects: [role({}), binding({ kind: "Group", name: "system:serviceaccounts:other" })],
    severity: "error",
  },
  {
    name: "the account is meant by its name as a user",
    objects: [role({}), binding({ kind: "User", name: "system:serviceaccount:market:main" })],
    severity: undefined,
  },
  {
    name: "the binding is of the whole cluster",
    objects: [
      role({}, "ClusterRole"),
      binding(MAIN, {
        kind: "ClusterRoleBinding",
        metadata: { name: "pods" },
        roleRef: { kind: "ClusterRole", name: "pods" },
      }),
    ],
    severity: undefined,
  },
  {
    name: "the rights are there and the token is not",
    objects: [role({}), binding(MAIN)],
    pod: waiting({ automountServiceAccountToken: false }),
    severity: "error",
  },
  {
    name: "the account has its token not mounted",
    objects: [
      role({}),
      binding(MAIN),
      {
        apiVersion: "v1",
        kind: "ServiceAccount",
        metadata: { name: "main", namespace: "market" },
        automountServiceAccountToken: false,
      },
    ],
    severity: "error",
  },
  {
    name: "the API server is never to be asked",
    objects: [role({}), binding(MAIN)],
    pod: waiting({}, [{ name: "KOORDINATOR_API", value: "never" }]),
    severity: "error",
  },
];

for (const { name, objects = [], pod = POD, severity } of cases) {
  Deno.test(`${name}: ${severity ?? "nothing"} is said of rights`, () => {
    const text = [...objects.map((object) => JSON.stringify(object)), pod].join("\n---\n");
    const told = found("pod.yaml", text).filter(({ rule }) => rule === "no-rights");
    assertEquals(told.map((finding) => finding.severity), severity === undefined ? [] : [severity]);
  });
}

const metadata = { name: "koordinator" };
const RBAC = "rbac.authorization.k8s.io";

/** What the namespace's default service account needs: to list and watch pods, nothing more. */
export const ROLE: readonly unknown[] = [
  {
    apiVersion: `${RBAC}/v1`,
    kind: "Role",
    metadata,
    rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["list", "watch"] }],
  },
  {
    apiVersion: `${RBAC}/v1`,
    kind: "RoleBinding",
    metadata,
    roleRef: { apiGroup: RBAC, kind: "Role", name: "koordinator" },
    subjects: [{ kind: "ServiceAccount", name: "default" }],
  },
];

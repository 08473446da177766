import type { Rbac, Role, RoleBinding } from "../manifest/rbac.ts";
import type { Grant, Surroundings } from "./finding.ts";

/** What the rights in some files mean for koordinator, which asks for pods alone. */
export function surroundingsOf({ roles, bindings, serviceAccounts }: Rbac): Surroundings {
  return {
    hasRbac: roles.length + bindings.length > 0,
    grants: bindings.flatMap((binding) => grantsOf(binding, roles)),
    serviceAccounts,
  };
}

function grantsOf(binding: RoleBinding, roles: readonly Role[]): readonly Grant[] {
  const verbs = verbsOf(binding, roles);
  const where = binding.kind === "ClusterRoleBinding"
    ? "everywhere"
    : { namespace: binding.namespace };
  return binding.subjects.flatMap((subject): readonly Grant[] => {
    const { kind, name } = subject;
    if (kind === "Group") return [{ to: { kind: "group", name }, in: where, verbs }];
    if (kind === "ServiceAccount") {
      const namespace = subject.namespace ?? binding.namespace;
      return [{ to: { kind: "serviceAccount", name, namespace }, in: where, verbs }];
    }
    // A service account is a user, too, of this name.
    const [, namespace, account] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(name) ?? [];
    return namespace === undefined || account === undefined
      ? []
      : [{ to: { kind: "serviceAccount", name: account, namespace }, in: where, verbs }];
  });
}

/** What the role of a binding lets do to pods; undefined if it is not in the files. */
function verbsOf(
  { role, namespace }: RoleBinding,
  roles: readonly Role[],
): readonly string[] | undefined {
  const found = roles.find((each) =>
    each.kind === role.kind && each.name === role.name &&
    (each.kind === "ClusterRole" || each.namespace === namespace ||
      each.namespace === undefined || namespace === undefined)
  );
  return found?.rules.filter(({ apiGroups, resources }) =>
    hasOrAll(apiGroups, "") && hasOrAll(resources, "pods")
  ).flatMap(({ verbs }) => verbs);
}

function hasOrAll(words: readonly string[], word: string): boolean {
  return words.includes(word) || words.includes("*");
}

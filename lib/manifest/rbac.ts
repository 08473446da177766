import * as v from "valibot";
import { maybe } from "../pod/schema.ts";
import { fields, flag, listOf, metadata, requiredText, text, texts } from "./field_schemas.ts";
import type { FieldFault } from "./lenient.ts";
import { readLeniently } from "./lenient.ts";
import type { KubernetesObject } from "./objects.ts";

/** The rights that some files hold, as far as koordinator needs any. */
export interface Rbac {
  readonly roles: readonly Role[];
  readonly bindings: readonly RoleBinding[];
  readonly serviceAccounts: readonly ServiceAccount[];
}

/** A Role or ClusterRole. */
export interface Role {
  readonly kind: "Role" | "ClusterRole";
  readonly name: string;
  /** undefined: that of the call, or none for a ClusterRole. */
  readonly namespace: string | undefined;
  readonly rules: readonly {
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly resourceNames: readonly string[];
    readonly verbs: readonly string[];
  }[];
}

/** A RoleBinding or ClusterRoleBinding. */
export interface RoleBinding {
  readonly kind: "RoleBinding" | "ClusterRoleBinding";
  readonly name: string;
  readonly namespace: string | undefined;
  readonly role: { readonly kind: string; readonly name: string };
  readonly subjects: readonly {
    readonly kind: string;
    readonly name: string;
    readonly namespace: string | undefined;
  }[];
}

/** A ServiceAccount. */
export interface ServiceAccount {
  readonly name: string;
  readonly namespace: string | undefined;
  readonly automountServiceAccountToken: boolean | undefined;
}

/** The rights of no file. */
export const NO_RBAC: Rbac = { roles: [], bindings: [], serviceAccounts: [] };

/** All rights of several files. */
export function joinRbac(parts: readonly Rbac[]): Rbac {
  return {
    roles: parts.flatMap(({ roles }) => roles),
    bindings: parts.flatMap(({ bindings }) => bindings),
    serviceAccounts: parts.flatMap(({ serviceAccounts }) => serviceAccounts),
  };
}

const roleSchema = v.object({
  metadata,
  rules: listOf(fields({ apiGroups: texts, resources: texts, resourceNames: texts, verbs: texts })),
});

const bindingSchema = v.object({
  metadata,
  roleRef: fields({ kind: requiredText, name: requiredText }),
  subjects: listOf(fields({ kind: requiredText, name: requiredText, namespace: text })),
});

const serviceAccountSchema = v.object({ metadata, automountServiceAccountToken: maybe(flag) });

const RBAC_GROUP = "rbac.authorization.k8s.io";

/** The rights that an object gives; undefined if it is of another kind. */
export function rbacOf(
  { kind, group, value }: KubernetesObject,
): { readonly rbac: Rbac; readonly faults: readonly FieldFault[] } | undefined {
  if (group === "" && kind === "ServiceAccount") {
    const { output, faults } = readLeniently(serviceAccountSchema, value);
    if (output === undefined) return { rbac: NO_RBAC, faults };
    const { metadata: { name = "", namespace }, automountServiceAccountToken } = output;
    const account = { name, namespace, automountServiceAccountToken };
    return { rbac: { ...NO_RBAC, serviceAccounts: [account] }, faults };
  }
  if (group !== RBAC_GROUP) return undefined;
  if (kind === "Role" || kind === "ClusterRole") {
    const { output, faults } = readLeniently(roleSchema, value);
    if (output === undefined) return { rbac: NO_RBAC, faults };
    const { metadata: { name = "", namespace } } = output;
    const rules = output.rules.flatMap((rule) =>
      rule === undefined ? [] : [{
        apiGroups: rule.apiGroups ?? [],
        resources: rule.resources ?? [],
        resourceNames: rule.resourceNames ?? [],
        verbs: rule.verbs ?? [],
      }]
    );
    return { rbac: { ...NO_RBAC, roles: [{ kind, name, namespace, rules }] }, faults };
  }
  if (kind === "RoleBinding" || kind === "ClusterRoleBinding") {
    const { output, faults } = readLeniently(bindingSchema, value);
    if (output === undefined) return { rbac: NO_RBAC, faults };
    const { metadata: { name = "", namespace }, roleRef: role } = output;
    const subjects = output.subjects.flatMap((subject) => subject ?? []);
    return { rbac: { ...NO_RBAC, bindings: [{ kind, name, namespace, role, subjects }] }, faults };
  }
  return undefined;
}

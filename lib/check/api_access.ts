import { lastOf } from "../manifest/supervision.ts";
import type { ContainerTemplate, Workload } from "../manifest/workload.ts";
import type { Grant, Surroundings } from "./finding.ts";

/** Where the kubelet puts the token of the service account. */
const TOKEN_FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount";

/** Whether the supervisor of a container can ask the API server for its pod. */
export type ApiAccess =
  | { readonly kind: "yes" }
  /** `missing`: what would have to be changed. */
  | { readonly kind: "no"; readonly missing: "token" | "rights"; readonly why: string }
  /** The files hold no RBAC: the rights may come from elsewhere. */
  | { readonly kind: "unknown"; readonly account: string };

/** Judges by the container, its pod, and what the files say of rights. */
export function apiAccessOf(
  { pod, namespace }: Workload,
  { hasRbac, grants, serviceAccounts }: Surroundings,
  container: ContainerTemplate,
): ApiAccess {
  const name = pod.serviceAccountName ?? "default";
  const own = serviceAccounts.find((account) =>
    account.name === name && isSame(account.namespace, namespace)
  );
  const api = lastOf(container.env, "KOORDINATOR_API")?.value?.trim();
  if (api === "never") return { kind: "no", missing: "token", why: "KOORDINATOR_API is never" };
  const isMounted = pod.automountServiceAccountToken ?? own?.automountServiceAccountToken ?? true;
  if (!isMounted && !container.mounts.some(({ at }) => at.startsWith(TOKEN_FOLDER))) {
    const why = "automountServiceAccountToken is false";
    return { kind: "no", missing: "token", why };
  }
  if (!hasRbac) return { kind: "unknown", account: name };
  const isGranted = grants.some((grant) =>
    isMeant(grant, name, namespace) && isIn(grant, namespace) && sufficient(grant.verbs)
  );
  return isGranted ? { kind: "yes" } : {
    kind: "no",
    missing: "rights",
    why: `no binding in these files lets the service account ${name} list and watch pods`,
  };
}

function isSame(one: string | undefined, other: string | undefined): boolean {
  return one === undefined || other === undefined || one === other;
}

function isMeant({ to }: Grant, name: string, namespace: string | undefined): boolean {
  if (to.kind === "serviceAccount") return to.name === name && isSame(to.namespace, namespace);
  if (to.name === "system:serviceaccounts" || to.name === "system:authenticated") return true;
  const [, of] = /^system:serviceaccounts:(.+)$/.exec(to.name) ?? [];
  return of !== undefined && isSame(of, namespace);
}

function isIn(grant: Grant, namespace: string | undefined): boolean {
  return grant.in === "everywhere" || isSame(grant.in.namespace, namespace);
}

/** With the right to get the pod alone koordinator asks for it again and again. */
function sufficient(verbs: readonly string[] | undefined): boolean {
  if (verbs === undefined || verbs.includes("*") || verbs.includes("get")) return true;
  return verbs.includes("list") && verbs.includes("watch");
}

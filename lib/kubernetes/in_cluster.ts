import { KoordinatorError } from "../errors.ts";

/** Where the kubelet mounts what a pod needs to talk to the API server. */
const SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

/** How a process inside a pod reaches its API server: the words of client-go's InClusterConfig. */
export interface InClusterConfig {
  /** `https://HOST:PORT`, an IPv6 host in brackets, no slash at the end. */
  readonly server: string;
  /** File with the bearer token; the kubelet replaces its contents long before they expire. */
  readonly tokenPath: string;
  /** File with the PEM certificates that the API server's certificate is checked against. */
  readonly caPath: string;
}

/** The files of the service account under `root` (the empty string outside of tests). */
export function serviceAccountPaths(
  root: string,
): { readonly token: string; readonly ca: string; readonly namespace: string } {
  const folder = root.replace(/\/+$/, "") + SERVICE_ACCOUNT;
  return { token: `${folder}/token`, ca: `${folder}/ca.crt`, namespace: `${folder}/namespace` };
}

/**
 * Finds the API server the way every in-cluster client does.
 *
 * @param env reads an environment variable
 * @param root a folder put before the well-known absolute paths; empty outside of tests
 * @throws {KoordinatorError} exit code 125, when the process is not in a pod or has no token
 */
export function inClusterConfig(
  env: (name: string) => string | undefined,
  root: string,
): InClusterConfig {
  const host = env("KUBERNETES_SERVICE_HOST")?.trim();
  const port = env("KUBERNETES_SERVICE_PORT")?.trim();
  if (!host || !port) {
    const missing = host ? "KUBERNETES_SERVICE_PORT" : "KUBERNETES_SERVICE_HOST";
    throw new KoordinatorError(`the API server is unknown: ${missing} is not set`, {
      hint:
        "Dependencies on containers need a Kubernetes pod; tcp, http and file dependencies do not.",
    });
  }
  const paths = serviceAccountPaths(root);
  try {
    Deno.statSync(paths.token);
  } catch (cause) {
    throw new KoordinatorError(`no service account token at ${paths.token}`, {
      hint:
        "Set `automountServiceAccountToken: true` on the pod, with a service account that may list and watch pods.",
      cause,
    });
  }
  const bracketed = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  return { server: `https://${bracketed}:${port}`, tokenPath: paths.token, caPath: paths.ca };
}

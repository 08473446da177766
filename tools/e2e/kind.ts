/** A cluster made by kind (https://kind.sigs.k8s.io). Thin on purpose: see docs/how-to/e2e.md for what was tried. */
import type { Cluster } from "./cluster.ts";
import { output } from "./output.ts";

/** The kind cluster's name: only this one is ever made or used. */
export const KIND_CLUSTER = "koordinator-e2e";

/**
 * Makes the kind cluster unless it is there, with a kubeconfig of its own.
 * @param engine the container engine kind is to use
 * @param kubeconfig the file to write the kubeconfig to
 */
export async function kindCluster(
  engine: "docker" | "podman",
  kubeconfig: string,
): Promise<Cluster> {
  const env = { KIND_EXPERIMENTAL_PROVIDER: engine };
  await Deno.mkdir(kubeconfig.slice(0, kubeconfig.lastIndexOf("/")), { recursive: true });
  const names = (await output(["kind", "get", "clusters"], { env })).split("\n");
  if (names.includes(KIND_CLUSTER)) {
    await output(
      ["kind", "export", "kubeconfig", "--name", KIND_CLUSTER, "--kubeconfig", kubeconfig],
      { env },
    );
  } else {
    await output(
      [
        ...["kind", "create", "cluster", "--name", KIND_CLUSTER],
        ...["--kubeconfig", kubeconfig, "--wait", "180s"],
      ],
      { env },
    );
  }
  return {
    source: `kind (${engine})`,
    kubectl: "kubectl",
    kubeconfig,
    async load(tars) {
      for (const tar of tars) {
        await output(["kind", "load", "image-archive", tar, "--name", KIND_CLUSTER], { env });
      }
    },
  };
}

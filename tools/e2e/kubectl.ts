/** How a cluster is spoken to. */
import type { Cluster } from "./cluster.ts";

/** A kubectl and the environment in which it reaches the cluster. */
export interface Kubectl {
  readonly program: string;
  readonly env: Readonly<Record<string, string>>;
}

/** The kubectl of a cluster. */
export function kubectlOf({ kubectl, kubeconfig }: Cluster): Kubectl {
  return {
    program: kubectl,
    env: kubeconfig === undefined ? {} : { KUBECONFIG: kubeconfig },
  };
}

import type { Pod } from "./pod.ts";

/**
 * Whether the kubelet starts `later` only after `earlier` has ended: a plain init container comes before
 * all that stand below it, a native sidecar need only have started.
 * https://kubernetes.io/docs/concepts/workloads/pods/init-containers/
 */
export function startsAfterEndOf(pod: Pod, earlier: string, later: string): boolean {
  const inits = pod.spec?.initContainers ?? [];
  const first = inits.findIndex(({ name }) => name === earlier);
  if (first < 0 || inits[first]?.restartPolicy === "Always") return false;
  const second = inits.findIndex(({ name }) => name === later);
  return second > first || (pod.spec?.containers ?? []).some(({ name }) => name === later);
}

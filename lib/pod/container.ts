import { closest } from "../spec/did_you_mean.ts";
import type { ContainerSpec, ContainerStatus, Pod } from "./pod.ts";

/** A container as the pod's manifest and status show it; `status` is absent early in a pod's life. */
export interface Container {
  readonly name: string;
  readonly spec: ContainerSpec;
  readonly init: boolean;
  readonly status: ContainerStatus | undefined;
}

/** The names of all containers that a dependency may name, in the manifest's order. */
function containerNames(pod: Pod): readonly string[] {
  return [...pod.spec?.initContainers ?? [], ...pod.spec?.containers ?? []].map(({ name }) => name);
}

/** Looks a container up by its name; undefined if the manifest has none of this name. */
export function findContainer(pod: Pod, name: string): Container | undefined {
  const main = pod.spec?.containers?.find((container) => container.name === name);
  const spec = main ?? pod.spec?.initContainers?.find((container) => container.name === name);
  if (spec === undefined) return undefined;
  const statuses = main === undefined
    ? pod.status?.initContainerStatuses
    : pod.status?.containerStatuses;
  return {
    name,
    spec,
    init: main === undefined,
    status: statuses?.find((status) => status.name === name),
  };
}

/** Why a name is no container's: the real names, and the one that may have been meant. */
export function notInPod(pod: Pod, name: string): string {
  const names = containerNames(pod);
  const meant = closest(name, names);
  const suggestion = meant === undefined ? "" : `; did you mean "${meant}"?`;
  return `not in the pod, whose containers are: ${names.join(", ")}${suggestion}`;
}

/**
 * One phrase on what the pod says of a container: `waiting: ImagePullBackOff`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { describe, findContainer } from "./container.ts";
 *
 * const pod = {
 *   metadata: { name: "pod" },
 *   spec: { containers: [{ name: "proxy" }] },
 *   status: {
 *     containerStatuses: [{ name: "proxy", state: { waiting: { reason: "ImagePullBackOff" } } }],
 *   },
 * };
 * const proxy = findContainer(pod, "proxy");
 * assertEquals(proxy === undefined ? "" : describe(proxy), "waiting: ImagePullBackOff");
 * ```
 */
export function describe(container: Container): string {
  const { status } = container;
  const { waiting, running, terminated } = status?.state ?? {};
  if (terminated !== undefined) {
    return `terminated: ${terminated.reason ?? "ended"}, exit code ${terminated.exitCode}`;
  }
  if (waiting !== undefined) return `waiting: ${waiting.reason ?? "no reason given"}`;
  if (running === undefined) return "no status yet";
  if (status?.started !== true) return "running, not started";
  return status.ready === true ? "running, ready" : "running, not ready";
}

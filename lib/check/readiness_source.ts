import type { ContainerTemplate } from "../manifest/workload.ts";
import { wrappedOf } from "./wrapped.ts";

/**
 * Who tells that a container is ready. `probe`: the kubelet alone. `end`: a plain init container is ready
 * once it has succeeded. `unknown`: its spec cannot be read. `nobody`: it counts as ready once it runs.
 */
export type ReadinessSource = "supervisor" | "probe" | "end" | "unknown" | "nobody";

/** Judges by the same as lib/supervisor/pod_faults.ts. */
export function readinessOf(container: ContainerTemplate): ReadinessSource {
  const { role, readinessProbe, startupProbe, supervision } = container;
  const wrapped = wrappedOf(container);
  if (wrapped?.spec.readiness !== undefined) return "supervisor";
  if (
    wrapped === undefined && (supervision.kind === "inFront" || supervision.kind === "annotated")
  ) {
    return "unknown";
  }
  if (role === "init") return "end";
  if (readinessProbe === undefined && startupProbe === undefined) return "nobody";
  // Injection makes KOORDINATOR_READINESS of the readiness probe.
  return wrapped?.injected === true && readinessProbe !== undefined ? "supervisor" : "probe";
}

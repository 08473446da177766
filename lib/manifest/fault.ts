import type { Range } from "./workload.ts";

/** What is wrong with a manifest before anything is asked of koordinator. */
export interface Fault {
  /**
   * `syntax`: no YAML, nothing of the document is read. `doubleKey`: a key is there twice.
   * `unreadableField`: a field of a pod, job or right does not hold what Kubernetes knows; it is
   * passed over.
   */
  readonly kind: "syntax" | "doubleKey" | "unreadableField";
  readonly message: string;
  readonly hint: string | undefined;
  readonly range: Range;
}

/** A fault at a place. */
export function faultAt(
  kind: Fault["kind"],
  message: string,
  range: Range,
  hint?: string,
): Fault {
  return { kind, message, hint, range };
}

import type { Spec } from "../spec/spec.ts";

/**
 * What a supervisor tells its siblings through the state directory. `stopping`: its command was told,
 * or is about to be told, to stop. `exitCode` is the container's own, as the kubelet will see it.
 */
export type Report =
  | { readonly phase: "waiting" }
  | { readonly phase: "running" }
  | { readonly phase: "stopping" }
  | { readonly phase: "ended"; readonly exitCode: number };

/** The last report of each sibling that is to be believed, by container name. */
export type Reports = ReadonlyMap<string, Report>;

/** A report and when it was written, in milliseconds since 1970. */
export interface Told {
  readonly report: Report;
  readonly at: number;
}

/** The specs of all containers under koordinator, as the pod's own manifest has them, by name. */
export type Siblings = ReadonlyMap<string, Spec>;

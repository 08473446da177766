import type { Spec, Until } from "../spec/spec.ts";

/** Whom a container waits for, and until when. */
export interface Awaited {
  readonly container: string;
  readonly until: Until;
}

/** What a supervisor tells of its spec: it never changes. */
export interface Relations {
  /** The containers that must have come to something before the command is launched. */
  readonly startDeps: readonly Awaited[];
  /** The containers that this one serves: it stops when they have ended. */
  readonly stopDeps: readonly string[];
}

/**
 * Where a container stands. `stopping`: its command was told, or is about to be told, to stop.
 * `exitCode` is the container's own, as the kubelet will see it.
 */
export type Phase =
  | { readonly phase: "waiting" | "running" | "stopping" }
  | { readonly phase: "ended"; readonly exitCode: number };

/** What can be said of a command. */
export interface Command {
  /** Whether it was launched in this run of the container. */
  readonly launched: boolean;
  readonly ready: boolean;
  /** Whether `ready` comes of a check of the command; else it says that the command was launched. */
  readonly checked: boolean;
  /** The supervisor became its command: nobody is left who would tell an exit code. */
  readonly handedOver: boolean;
}

/** How far a supervisor has come. */
export type Progress = Phase & Command;

/** What a supervisor tells its siblings through the state directory. */
export type Report = Progress & Relations;

/** The last report of each sibling that is to be believed, by container name. */
export type Reports = ReadonlyMap<string, Report>;

/** A report and when it was written, in milliseconds since 1970. */
export interface Told {
  readonly report: Report;
  readonly at: number;
}

/** What a spec says of other containers. */
export function relationsOf(spec: Spec): Relations {
  return {
    startDeps: spec.startDeps.flatMap((dependency) =>
      dependency.kind === "container"
        ? [{ container: dependency.container, until: dependency.until }]
        : []
    ),
    stopDeps: spec.stopDeps.map(({ container }) => container),
  };
}

/** A command that is held back. */
export const HELD: Command = { launched: false, ready: false, checked: false, handedOver: false };

/** A command that was launched and is not ready, or not any more. */
export const LAUNCHED: Command = { ...HELD, launched: true };

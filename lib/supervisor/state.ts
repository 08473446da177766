import type { AfterExit, Spec } from "../spec/spec.ts";
import type { SignalName } from "../spec/signal.ts";
import type { Effect } from "./events.ts";
import type { Knowledge } from "./knowledge.ts";

/** What does not change over a supervisor's life. */
export interface Context {
  readonly spec: Spec;
  /** The name of this container, where it is known. */
  readonly self: string | undefined;
}

/**
 * How far the stop on behalf of a dependency has come: asked by the stop action, told by the term
 * signal, killed.
 */
export type Rung = "asked" | "told" | "killed";

/** A termination signal from outside. It is delivered when nothing holds it back any more. */
export interface Termination {
  readonly signal: SignalName;
  /** The stop delay is not over. */
  readonly delayed: boolean;
  /**
   * What it waits for beside the delay: evidence that the whole pod is being terminated, then the end
   * of the containers that this one serves.
   */
  readonly order: "none" | "seeking" | "held";
  readonly delivered: boolean;
}

/** A command that is held back. */
export interface Waiting {
  readonly phase: "waiting";
  readonly known: Knowledge;
  /** How often the command has been restarted here. */
  readonly restarted: number;
  /** The pause before a restart is not over. */
  readonly pausing: boolean;
}

/** A command that runs. */
export interface Running {
  readonly phase: "running";
  readonly known: Knowledge;
  readonly restarted: number;
  /** The stop that a dependency caused, once one has. */
  readonly rung: Rung | undefined;
  readonly termination: Termination | undefined;
}

/** The calls that follow the command's end. */
export interface Finishing {
  readonly phase: "finishing";
  readonly code: number;
  readonly reason: string | undefined;
  readonly calls: readonly AfterExit[];
}

/** Where a supervisor stands. */
export type State =
  | { readonly phase: "new" }
  | Waiting
  | Running
  | Finishing
  | { readonly phase: "done" };

/** What an event leads to. */
export interface Step {
  readonly state: State;
  readonly effects: readonly Effect[];
}

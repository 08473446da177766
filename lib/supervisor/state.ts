import type { Spec } from "../spec/spec.ts";
import type { SignalName } from "../spec/signal.ts";
import type { AfterExit } from "../spec/spec.ts";
import type { Effect } from "./events.ts";
import type { GateView } from "./gate.ts";

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

/** A command that runs. */
export interface Running {
  readonly phase: "running";
  /** The stop that a dependency caused, once one has. */
  readonly rung: Rung | undefined;
  /** The signal from outside that the stop delay holds back. */
  readonly delayed: SignalName | undefined;
  /** Restart counts at the first observation, by container. */
  readonly restarts: ReadonlyMap<string, number>;
  /** Stop dependencies that have held once: an end does not un-happen. */
  readonly stopped: ReadonlySet<number>;
}

/** A command that is held back. */
export interface Waiting extends GateView {
  readonly phase: "waiting";
  readonly restarts: ReadonlyMap<string, number>;
  readonly stopped: ReadonlySet<number>;
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

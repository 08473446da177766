import type { AfterExit, Spec } from "../spec/spec.ts";
import type { Duration } from "../spec/duration.ts";
import type { SignalName } from "../spec/signal.ts";
import type { Ending } from "./closing.ts";
import type { Deadline } from "./deadline.ts";
import type { Effect, End, Event, Leftover } from "./events.ts";
import type { Observations } from "./observations.ts";
import type { Command } from "./report.ts";

/** What does not change over a supervisor's life. */
export interface Context {
  readonly spec: Spec;
  /** The name of this container, where it is known. */
  readonly self: string | undefined;
  readonly sources: Sources;
}

/** The pod's `restartPolicy`. */
export type RestartPolicy = "Always" | "OnFailure" | "Never";

/** Where a supervisor learns of its siblings. */
export interface Sources {
  /** Whether there is an API server to ask. */
  readonly api: boolean;
  /** The state directory; undefined if there is none. */
  readonly stateDirectory: string | undefined;
  /** Whether it is there, so that what siblings write into it can be read. */
  readonly isReadable: boolean;
  /** Whether siblings can learn of this container's end by the state directory alone. */
  readonly alone: boolean;
  /** The pod's restart policy, as KOORDINATOR_RESTART_POLICY says it. */
  readonly restartPolicy: RestartPolicy | undefined;
  /** How long the pod may take to end, as KOORDINATOR_GRACE_PERIOD says it. */
  readonly gracePeriod?: Duration | undefined;
}

/**
 * How far the stop on behalf of a dependency has come: left for a moment, asked by the stop action,
 * told by the term signal, killed.
 */
export type StopStep = "stopLinger" | "stopAction" | "termSignal" | "kill";

/** An exit code after a stop because of a dependency. */
export interface StopCode {
  /** Negative: the command's own. */
  readonly code: number;
  /** In place of 0, lest a container that may be needed again is not restarted. */
  readonly insteadOfZero: number | undefined;
}

/** A termination signal from outside. It is delivered when nothing holds it back any more. */
export interface Termination {
  readonly signal: SignalName;
  /** When it came, in milliseconds since 1970. */
  readonly at: number;
  /** Whether it means 'terminate' for sure; else only if the whole pod is being terminated. */
  readonly certain: boolean;
  /** The stop delay is not over. */
  readonly delayed: boolean;
  /**
   * What it waits for beside the delay: evidence that the whole pod is being terminated, then the end
   * of the containers that this one serves.
   */
  readonly order: "none" | "seeking" | "held";
  /** Until when it is held, in milliseconds since 1970; undefined while it is not. */
  readonly heldUntil: number | undefined;
  readonly delivered: boolean;
}

/** A command that is held back. */
export interface Waiting {
  readonly phase: "waiting";
  readonly known: Observations;
  /** How often the command has been restarted here. */
  readonly restarted: number;
  /** The pause before a restart is not over. */
  readonly pausing: boolean;
  /** How long it has been waited, as far as the last line of the log said, and how many said so. */
  readonly waited: { readonly lines: number; readonly time: Duration };
}

/** koordinator is about to become its command. */
export interface HandingOver {
  readonly phase: "handingOver";
  readonly known: Observations;
  readonly restarted: number;
  /** What came meanwhile, and is the command's. */
  readonly signals: readonly Extract<Event, { kind: "signalled" }>[];
}

/** A command that runs. */
export interface Running {
  readonly phase: "running";
  readonly known: Observations;
  readonly restarted: number;
  /** The stop that a dependency caused, once one has. */
  readonly stopStep: StopStep | undefined;
  /** The exit code once it has led to an end in time. */
  readonly stopCode: StopCode | undefined;
  /** The command's readiness, while siblings wait for it. */
  readonly readiness: "unasked" | "unready" | "ready";
  readonly termination: Termination | undefined;
  /** When the kubelet will kill, once the pod is being deleted. */
  readonly deadline: Deadline | undefined;
}

/** A command that has ended, and of whose process group something is left. */
export interface Draining {
  readonly phase: "draining";
  /** What was known at the command's end, and since. */
  readonly running: Running;
  readonly end: End;
  readonly left: Leftover;
}

/** The calls that follow the end. */
export interface Finishing {
  readonly phase: "finishing";
  readonly command: Command;
  readonly ending: Ending;
  readonly calls: readonly AfterExit[];
  /**
   * What is known, while it is still to be learned which calls are to be made: from the pod's restart
   * policy, or from other containers that may be ending at this very moment.
   */
  readonly undecided:
    | { readonly known: Observations; readonly by: "policy" | "others" }
    | undefined;
}

/** Where a supervisor stands. */
export type State =
  | { readonly phase: "new" }
  | Waiting
  | HandingOver
  | Running
  | Draining
  | Finishing
  | { readonly phase: "done" };

/** What an event leads to. */
export interface Step {
  readonly state: State;
  readonly effects: readonly Effect[];
}

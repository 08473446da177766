import type { Check, CheckResult, HttpCall, Readiness, StopAction } from "../spec/spec.ts";
import type { Duration } from "../spec/duration.ts";
import type { SignalName } from "../spec/signal.ts";
import type { LogEventName } from "./log_events.ts";
import type { Pod } from "../pod/pod.ts";
import type { Progress, Report, Told } from "./report.ts";

/** How the command ended. `signal` is a number, since 32 and 33 have no name. */
export type End =
  | { readonly kind: "exited"; readonly code: number }
  | { readonly kind: "signalled"; readonly signal: number };

/** Processes that outlive the command. */
export interface Leftover {
  /** Some are in its process group. */
  readonly inGroup: boolean;
  /** Some have become koordinator's children. */
  readonly asChildren: boolean;
}

/** The timers of the machine; setting one again replaces it. */
export type TimerName =
  | "progress"
  | "startTimeout"
  | "restart"
  | "stopDelay"
  | "stopLinger"
  | "order"
  | "misjudged"
  | "escalation"
  /** How long a refused API server is still waited for. */
  | "api"
  /** How long siblings, and the API server, are waited for to be heard of. */
  | "listening"
  /** How long an end of a sibling is waited for to be followed by a new run. */
  | "newRun"
  /** How long those that are ending too are waited for, where the last of them makes a call. */
  | "others"
  | "observeAgain"
  | "listenAgain"
  | "checkAgain"
  | "probeAgain";

/** What can happen. */
export type Event =
  | { readonly kind: "begun" }
  /** `at`: when it was heard, in milliseconds since 1970 by the clock of this node. */
  | { readonly kind: "podObserved"; readonly pod: Pod; readonly at: number }
  | { readonly kind: "podGone" }
  /** `at`: when the report was written, in milliseconds since 1970. */
  | {
    readonly kind: "siblingReported";
    readonly container: string;
    readonly report: Report;
    readonly at: number;
  }
  /**
   * The kernel says that nobody lives any more who holds the sibling's lock. `exitCode`: as its last
   * report told, undefined if it told none. `last`: that report, for whoever has not heard it. A report
   * that comes later is of a new run.
   */
  | {
    readonly kind: "siblingEnded";
    readonly container: string;
    readonly exitCode: number | undefined;
    readonly last?: Told | undefined;
  }
  /** The API server refused what is asked of it: rights are missing, or the token is not accepted. */
  | { readonly kind: "apiRefused" }
  /** The command's own readiness, as its supervisor has checked it. */
  | { readonly kind: "readinessChecked" } & CheckResult
  | { readonly kind: "dependencyProbed"; readonly index: number } & CheckResult
  /** `at`: as for the pod. */
  | { readonly kind: "signalled"; readonly signal: SignalName; readonly at: number }
  | { readonly kind: "timerFired"; readonly timer: TimerName }
  /** A signal came in the last moment: the command is to be launched, and gets it. */
  | { readonly kind: "handOverRefused" }
  | { readonly kind: "launchFailed"; readonly exitCode: number; readonly message: string }
  /** `left`: what is left behind of the command; nothing if it is absent. */
  | { readonly kind: "childExited"; readonly end: End; readonly left?: Leftover }
  /** Nothing is left of the command's process group. */
  | { readonly kind: "groupEnded" }
  /** The terminal stopped the command: Ctrl-Z, or it read from the background. */
  | { readonly kind: "childStopped" }
  | { readonly kind: "stopActionEnded"; readonly ok: boolean; readonly detail: string }
  | { readonly kind: "afterExitEnded"; readonly ok: boolean; readonly detail: string }
  /** Something in koordinator threw, or rejected a promise, that nobody was there to catch. */
  | { readonly kind: "crashed"; readonly message: string }
  /** koordinator itself could not do it, or could not go on with it. */
  | { readonly kind: "effectFailed"; readonly effect: Effect; readonly message: string };

/** What is to be done about it, in this order. */
export type Effect =
  | { readonly kind: "observePod" }
  | { readonly kind: "forgetPod" }
  | { readonly kind: "observeSiblings" }
  | { readonly kind: "forgetSiblings" }
  | { readonly kind: "checkReadiness"; readonly readiness: Readiness }
  | { readonly kind: "stopCheckingReadiness" }
  | {
    readonly kind: "probe";
    readonly index: number;
    readonly dependency: Check;
  }
  | { readonly kind: "stopProbing" }
  /** Tells the siblings, through the state directory. */
  | { readonly kind: "publish"; readonly progress: Progress }
  | { readonly kind: "launch" }
  /** Nothing is left to do afterwards, so the command may replace koordinator. */
  | { readonly kind: "handOver" }
  | { readonly kind: "signal"; readonly signal: SignalName; readonly whom: "process" | "group" }
  /** Tells when nothing is left of the command's process group. */
  | { readonly kind: "awaitGroup" }
  /** koordinator stops as well, and goes on with the command; `by`: what stopped the command. */
  | { readonly kind: "suspend"; readonly by: "signal" | "terminal" }
  | {
    readonly kind: "callStopAction";
    readonly action: Extract<StopAction, { kind: "http" | "exec" }>;
  }
  | { readonly kind: "callAfterExit"; readonly call: HttpCall }
  | { readonly kind: "setTimer"; readonly timer: TimerName; readonly after: Duration }
  /** At a time in milliseconds since 1970; at once if it is over. */
  | { readonly kind: "setAlarm"; readonly timer: TimerName; readonly at: number }
  | { readonly kind: "clearTimer"; readonly timer: TimerName }
  | {
    readonly kind: "log";
    readonly level: "info" | "warning" | "error";
    readonly event: LogEventName;
    readonly message: string;
    readonly fields?: Readonly<Record<string, unknown>>;
  }
  /** `reason` is undefined when the end is the command's own. */
  | {
    readonly kind: "exit";
    readonly code: number;
    readonly because: Because;
    readonly reason: string | undefined;
  };

/** Why koordinator ends, in a word for queries. */
export type Because =
  | "commandEnded"
  | "stopDependency"
  | "terminated"
  | "startTimeout"
  | "unmeetable"
  | "launchFailed";

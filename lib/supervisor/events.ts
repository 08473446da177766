import type { HttpCall, StartDependency, StopAction } from "../spec/spec.ts";
import type { Duration } from "../spec/duration.ts";
import type { SignalName } from "../spec/signal.ts";
import type { Pod } from "./pod.ts";
import type { Report, Siblings } from "./report.ts";

/** How the command ended. `signal` is a number, since real-time signals have no name. */
export type End =
  | { readonly kind: "exited"; readonly code: number }
  | { readonly kind: "signalled"; readonly signal: number };

/** The timers of the machine; setting one again replaces it. */
export type TimerName =
  | "progress"
  | "startTimeout"
  | "restart"
  | "stopDelay"
  | "order"
  | "escalation";

/** What can happen. */
export type Event =
  | { readonly kind: "begun" }
  | { readonly kind: "podObserved"; readonly pod: Pod; readonly siblings: Siblings }
  | { readonly kind: "podGone" }
  /** `at`: when the report was written, in milliseconds since 1970. */
  | {
    readonly kind: "siblingReported";
    readonly container: string;
    readonly report: Report;
    readonly at: number;
  }
  | { readonly kind: "dependencyProbed"; readonly index: number; readonly open: boolean }
  | { readonly kind: "signalled"; readonly signal: SignalName }
  | { readonly kind: "timerFired"; readonly timer: TimerName }
  | { readonly kind: "launchFailed"; readonly exitCode: number; readonly message: string }
  | { readonly kind: "childExited"; readonly end: End }
  /** The terminal stopped the command: Ctrl-Z, or it read from the background. */
  | { readonly kind: "childStopped" }
  | { readonly kind: "stopActionEnded"; readonly ok: boolean; readonly detail: string }
  | { readonly kind: "afterExitEnded" };

/** What is to be done about it, in this order. */
export type Effect =
  | { readonly kind: "observePod" }
  | { readonly kind: "forgetPod" }
  | {
    readonly kind: "probe";
    readonly index: number;
    readonly dependency: Exclude<StartDependency, { kind: "container" }>;
  }
  | { readonly kind: "stopProbing" }
  /** Tells the siblings, through the state directory. */
  | { readonly kind: "publish"; readonly report: Report }
  /** `handOver`: nothing is left to do afterwards, so the command may replace koordinator. */
  | { readonly kind: "launch"; readonly handOver: boolean }
  | { readonly kind: "signal"; readonly signal: SignalName; readonly whom: "process" | "group" }
  /** koordinator stops as well, and goes on with the command; `by`: what stopped the command. */
  | { readonly kind: "suspend"; readonly by: "signal" | "terminal" }
  | {
    readonly kind: "callStopAction";
    readonly action: Extract<StopAction, { kind: "http" | "exec" }>;
  }
  | { readonly kind: "callAfterExit"; readonly call: HttpCall }
  | { readonly kind: "setTimer"; readonly timer: TimerName; readonly after: Duration }
  | { readonly kind: "clearTimer"; readonly timer: TimerName }
  | {
    readonly kind: "log";
    readonly level: "info" | "warning" | "error";
    readonly message: string;
    readonly fields?: Readonly<Record<string, unknown>>;
  }
  /** `reason` is undefined when the end is the command's own. */
  | { readonly kind: "exit"; readonly code: number; readonly reason: string | undefined };

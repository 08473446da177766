import { type Duration, milliseconds, seconds } from "./duration.ts";
import type { SignalName } from "./signal.ts";

/** What a container must have reached before the command is launched. */
export type Until = "started" | "ready" | "succeeded" | "terminated";

/** What a container must have come to for the command to be stopped. */
export type When = "final" | "terminated" | "succeeded" | "failed";

/** Something that can be checked from inside of the pod: it takes neither API server nor siblings. */
export type Check =
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  | { readonly kind: "http"; readonly port: number; readonly path: string }
  | { readonly kind: "unix"; readonly path: string }
  | { readonly kind: "file"; readonly path: string };

/** What a check came to; `why` is what keeps it shut, in the words of the log's reader. */
export type CheckResult =
  | { readonly open: true }
  | { readonly open: false; readonly why: string };

/** A condition for the launch. */
export type StartDependency =
  | {
    readonly kind: "container";
    readonly container: string;
    readonly until: Until;
    readonly optional: boolean;
  }
  | Check;

/** How a container's own supervisor tells that the command is ready. */
export type Readiness = Check | { readonly kind: "exec"; readonly command: readonly string[] };

/** A condition for the stop. */
export interface StopDependency {
  readonly container: string;
  readonly when: When;
  /** In place of `terminatedByStopDepExitCode`; negative: the command's own. */
  readonly exitCode?: number | undefined;
}

/** An HTTP call to 127.0.0.1. */
export interface HttpCall {
  readonly method: "GET" | "POST" | "PUT";
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** How long one call may take. */
  readonly timeout: Duration;
  /** How often a call that got no accepted answer is made again. */
  readonly retries: number;
  /** The status codes that count as a success; undefined: 200 to 299. */
  readonly accept: readonly number[] | undefined;
}

/** How the command is asked to stop. */
export type StopAction =
  | { readonly kind: "default" }
  | { readonly kind: "signal"; readonly signal: SignalName }
  | { readonly kind: "http"; readonly call: HttpCall }
  | { readonly kind: "exec"; readonly command: readonly string[] };

/** Whom signals reach: systemd's KillMode words. */
export type KillMode = "mixed" | "process" | "group";

/** A call made after the command has ended. */
export interface AfterExit {
  readonly call: HttpCall;
  /** undefined: `success` where the kubelet restarts the container after a failure, else `always`. */
  readonly on: "always" | "success" | "failure" | undefined;
  /** The call is made only if these containers have ended for good: by the last of several mains. */
  readonly lastOf: readonly string[];
}

/** Whether the command is launched again in the same container, and how. */
export interface Restart {
  readonly policy: "never" | "onFailure" | "always";
  /** undefined: without end. */
  readonly maxRetries: number | undefined;
  /** The first pause; each further one is twice as long, at most five minutes. */
  readonly backoff: Duration;
}

/** The whole configuration of one supervised container, every default filled in. */
export interface Spec {
  readonly startDeps: readonly StartDependency[];
  readonly startTimeout: Duration | undefined;
  readonly onStartTimeout: "fail" | "start";
  readonly stopDeps: readonly StopDependency[];
  readonly stopWhen: "any" | "all";
  readonly whenStopDepExited: StopAction;
  readonly stopDelay: Duration;
  /** Between the end of what is served and the stop action. */
  readonly stopLinger: Duration;
  readonly termSignal: SignalName;
  readonly termTimeout: Duration;
  readonly killedByStopDepExitCode: number;
  /** Negative: the command's own. */
  readonly terminatedByStopDepExitCode: number;
  readonly killMode: KillMode;
  /** undefined: the command is ready once it is launched. */
  readonly readiness: Readiness | undefined;
  readonly afterExit: readonly AfterExit[];
  /** What the command's own exit code becomes, by code. */
  readonly exitCodes: ReadonlyMap<number, number>;
  readonly restart: Restart;
  /** What a signal from outside becomes for the command, by its name; null: it is not passed on. */
  readonly signals: ReadonlyMap<SignalName, SignalName | null>;
  /** Whether koordinator may replace itself by the command when nothing is left to do. */
  readonly handOver: boolean | undefined;
}

/** The spec of a container that sets nothing. */
export const DEFAULT_SPEC: Spec = {
  startDeps: [],
  startTimeout: undefined,
  onStartTimeout: "fail",
  stopDeps: [],
  stopWhen: "any",
  whenStopDepExited: { kind: "default" },
  stopDelay: milliseconds(0),
  stopLinger: milliseconds(0),
  termSignal: "SIGTERM",
  termTimeout: seconds(30),
  killedByStopDepExitCode: 137,
  terminatedByStopDepExitCode: 0,
  killMode: "mixed",
  readiness: undefined,
  afterExit: [],
  exitCodes: new Map(),
  restart: { policy: "never", maxRetries: undefined, backoff: seconds(1) },
  signals: new Map(),
  handOver: undefined,
};

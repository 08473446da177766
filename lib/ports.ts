import type { Clock } from "./clock.ts";
import type { CallResult } from "./http/call.ts";
import type { PodSource } from "./kubernetes/pod_source.ts";
import type { Log } from "./log.ts";
import type { Launch } from "./process/command.ts";
import type { Check, CheckResult, HttpCall, Readiness } from "./spec/spec.ts";
import type { SignalName } from "./spec/signal.ts";
import type { SiblingNews } from "./state_directory/sibling.ts";
import type { Report } from "./supervisor/report.ts";
import type { PublishStatus } from "./supervisor/status.ts";

export type { CallResult };

/**
 * The world around the machine, each part a small seam that a test or the simulator can fill. What a
 * port throws, or the rejection of a promise that it gives, is an event as any other.
 */
export interface Ports {
  readonly log: Log;
  readonly clock: Clock;
  /** Launches the command. Throws a {@linkcode KoordinatorError} if it cannot be executed. */
  readonly launch: Launch;
  /** Tells of ends and signals that nobody has told of yet; any event is an occasion to look. */
  readonly lookAgain: () => void;
  /** Stops koordinator with its command's process group, until somebody continues it. */
  readonly suspend: (group: number, by: "signal" | "terminal") => void;
  /**
   * Becomes the command, unless a signal came that it would not get. Listens where it does not.
   *
   * @param noSignalWaits whether no signal waits to be stepped on; asked in the last moment
   * @returns only if a signal came; the command is to be launched and signalled then
   * @throws {KoordinatorError} if the command cannot be executed
   */
  readonly handOver: (noSignalWaits: () => boolean) => Promise<void>;
  /** Delivers every signal from the first on; what came before {@linkcode listen} may come after it. */
  readonly subscribe: (onSignal: (signal: SignalName) => void) => void;
  /** Tells of each error that nobody caught: a fault of koordinator's own, wherever it is. */
  readonly onCrash: (tell: (message: string) => void) => void;
  /** Listens to signals, unless that was done before. */
  readonly listen: () => void;
  /** Follows this pod; undefined if no dependency needs it. */
  readonly podSource: PodSource | undefined;
  /** Checks again and again, and tells each change until `signal` aborts. */
  readonly probe: (
    check: Check,
    tell: (result: CheckResult) => void,
    signal: AbortSignal,
  ) => Promise<void>;
  /** The same for the command's own readiness. */
  readonly checkReadiness: (
    readiness: Readiness,
    tell: (result: CheckResult) => void,
    signal: AbortSignal,
  ) => Promise<void>;
  /** Makes an HTTP call to 127.0.0.1. */
  readonly call: (request: HttpCall) => Promise<CallResult>;
  /** Tells the siblings, through the state directory. */
  readonly publish: (report: Report) => void;
  /** Tells whoever asks by `koordinator status`; undefined if there is no state directory. */
  readonly publishStatus: PublishStatus | undefined;
  /** Follows what the siblings tell; undefined if there is no state directory. */
  readonly reports:
    | ((tell: (news: SiblingNews) => void, signal: AbortSignal) => void)
    | undefined;
}

import type { PodSource } from "./kubernetes/pod_source.ts";
import type { Log } from "./log.ts";
import type { Child } from "./process/command.ts";
import type { SignalName } from "./spec/signal.ts";
import type { Pod } from "./supervisor/pod.ts";
import type { Report, Siblings, Told } from "./supervisor/report.ts";
import type { Contact, Status } from "./supervisor/status.ts";

/** The world around the machine, each part a small seam that a test or the simulator can fill. */
export interface World {
  readonly log: Log;
  /** Launches the command. Throws a {@linkcode KoordinatorError} if it cannot be executed. */
  readonly launch: (argv: readonly string[]) => Child;
  /** Stops koordinator with its command's process group, until somebody continues it. */
  readonly suspend: (group: number, by: "signal" | "terminal") => void;
  /**
   * Becomes the command, unless a signal came that it would not get. Listens where it does not.
   *
   * @param isCalm whether no signal waits to be stepped on; asked in the last moment
   * @returns only if a signal came; the command is to be launched and signalled then
   * @throws {KoordinatorError} if the command cannot be executed
   */
  readonly handOver: (isCalm: () => boolean) => Promise<void>;
  /** Delivers every signal from the first on; what came before {@linkcode listen} may come after it. */
  readonly subscribe: (onSignal: (signal: SignalName) => void) => void;
  /** Listens to signals, unless that was done before. */
  readonly listen: () => void;
  /** Follows this pod; undefined if no dependency needs it. */
  readonly podSource: PodSource | undefined;
  /** Reads the siblings' specs out of the pod's own manifest. */
  readonly siblings: (pod: Pod) => Promise<Siblings>;
  /** Tells the siblings, through the state directory. */
  readonly publish: (report: Report) => void;
  /** Tells whoever asks by `koordinator status`; undefined if there is no state directory. */
  readonly publishStatus: ((status: Status, contact: Contact) => void) | undefined;
  /** Follows what the siblings tell; undefined if there is no state directory. */
  readonly reports:
    | ((tell: (container: string, told: Told) => void, signal: AbortSignal) => void)
    | undefined;
}

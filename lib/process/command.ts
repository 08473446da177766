import type { SignalName } from "../spec/signal.ts";

/** How a process ended. */
export type ExitStatus =
  | { readonly kind: "exited"; readonly code: number }
  /** `signal` is a number, since 32 and 33 have no name. */
  | { readonly kind: "signalled"; readonly signal: number };

/** The code a shell would report: the command's own, or 128 + n after signal n. */
export function exitCodeOf(status: ExitStatus): number {
  return status.kind === "exited" ? status.code : 128 + status.signal;
}

/** A launched command. */
export interface Child {
  readonly pid: number;
  /** Resolves once, when the command has ended. Never rejects. */
  readonly ended: Promise<ExitStatus>;
  /** Tells each time that the terminal has stopped the command. */
  onStop(listener: () => void): void;
  /** What is left behind, once the command has ended. */
  left(): { readonly inGroup: boolean; readonly asChildren: boolean };
  /**
   * Signals the command, or its whole process group. A child that has ended is no error.
   *
   * @throws {Error} if it may not be signalled
   */
  kill(signal: SignalName, whom: "process" | "group"): void;
}

/** Launches `argv` with inherited stdio, environment and working directory. */
export type Launch = (argv: readonly string[]) => Child;

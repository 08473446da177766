import { type SignalName } from "../spec/signal.ts";

/**
 * The signals that are passed on: those that a program can catch but the synchronous ones, which are
 * koordinator's own faults, and those of its own children, pipes and terminal (tini.c, catatonit.c).
 */
export const FORWARDED = [
  "SIGTERM",
  "SIGINT",
  "SIGHUP",
  "SIGQUIT",
  "SIGUSR1",
  "SIGUSR2",
  "SIGALRM",
  "SIGCONT",
  "SIGTSTP",
  "SIGURG",
  "SIGXCPU",
  "SIGXFSZ",
  "SIGVTALRM",
  "SIGPROF",
  "SIGWINCH",
  "SIGIO",
  "SIGPWR",
  "SIGSTKFLT",
] as const satisfies readonly SignalName[];

/** Signals from the first statement on. */
export interface CaughtSignals {
  /** Delivers the signals that came already, then each as it comes, to `onSignal` alone. */
  readonly subscribe: (onSignal: (signal: SignalName) => void) => void;
}

/** Listens to every forwarded signal at once and keeps what comes until somebody subscribes. */
export function catchSignals(): CaughtSignals {
  const early: SignalName[] = [];
  let deliver = (signal: SignalName): void => void early.push(signal);
  for (const signal of FORWARDED) Deno.addSignalListener(signal, () => deliver(signal));
  return {
    subscribe: (onSignal) => {
      deliver = onSignal;
      for (const signal of early.splice(0)) onSignal(signal);
    },
  };
}

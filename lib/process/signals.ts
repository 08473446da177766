import { FORWARDED, type SignalName, SIGNALS } from "../spec/signal.ts";
import { libc, SIG_BLOCK, SIG_UNBLOCK, sigset } from "./libc.ts";
import { bit, inheritedSignals } from "./inherited.ts";

/** Signals from the first statement on. */
export interface CaughtSignals {
  /** Delivers the signals that came already, then each as it comes, to `onSignal` alone. */
  readonly subscribe: (onSignal: (signal: SignalName) => void) => void;
}

/**
 * Listens to every forwarded signal at once and keeps what comes until somebody subscribes. A signal
 * that was blocked at the start is unblocked, here and not for the command.
 */
export function catchSignals(): CaughtSignals {
  const early: SignalName[] = [];
  let deliver = (signal: SignalName): void => void early.push(signal);
  // What koordinator was started with is read before the first listener changes it.
  const { blocked } = inheritedSignals();
  for (const signal of FORWARDED) Deno.addSignalListener(signal, () => deliver(signal));
  const deaf = blocked & FORWARDED.reduce((set, signal) => set | bit(SIGNALS[signal]), 0n);
  if (deaf !== 0n) libc().pthread_sigmask(SIG_UNBLOCK, sigset(deaf), null);
  // While SIGTTOU is listened to, writing to a terminal from the background would neither stop nor
  // succeed but start anew for ever. The other threads still receive one that is sent.
  libc().pthread_sigmask(SIG_BLOCK, sigset(bit(SIGNALS.SIGTTOU)), null);
  return {
    subscribe: (onSignal) => {
      deliver = onSignal;
      for (const signal of early.splice(0)) onSignal(signal);
    },
  };
}

import { FORWARDED, type SignalName, SIGNALS } from "../spec/signal.ts";
import { inheritedSignals } from "./inherited.ts";
import { kill } from "./process_calls.ts";
import { blockSignals, ignoreSignal, resetSignal, unblockSignals } from "./signal_calls.ts";
import { bit, setOf, signalsIn } from "./signal_set.ts";

/** Signals from the first instruction on. */
export interface CaughtSignals {
  /** Delivers the signals that came already, then each as it comes, to `onSignal` alone. */
  readonly subscribe: (onSignal: (signal: SignalName) => void) => void;
  /**
   * Blocks the signals, and resolves when what had come before has been delivered: what comes now
   * stays with the kernel, until `release` or for the program that this process becomes.
   */
  readonly hold: () => Promise<void>;
  /** Ends what `hold` began. */
  readonly release: () => void;
}

/** Blocked in the first thread all the time: see catchSignals. */
const DEAF = setOf(["SIGTTOU"]);
const HELD = setOf(FORWARDED) & ~DEAF;

/**
 * Listens to every forwarded signal at once and keeps what comes until somebody subscribes. A signal
 * that was blocked, by the loader or at the start, is unblocked, here and not for the command.
 */
export function catchSignals(): CaughtSignals {
  const early: SignalName[] = [];
  let deliver = (signal: SignalName): void => void early.push(signal);
  // What koordinator was started with is read before the first listener changes it.
  inheritedSignals();
  for (const signal of FORWARDED) Deno.addSignalListener(signal, () => deliver(signal));
  unblockSignals(HELD);
  // While SIGTTOU is listened to, writing to a terminal from the background would neither stop nor
  // succeed but start anew for ever. The other threads still receive one that is sent.
  blockSignals(DEAF);
  return {
    subscribe: (onSignal) => {
      deliver = onSignal;
      for (const signal of early.splice(0)) onSignal(signal);
    },
    hold: async () => {
      blockSignals(HELD);
      await sentinel();
    },
    release: () => {
      unblockSignals(HELD);
    },
  };
}

/**
 * Gives signals the effect that they had at koordinator's own start, for the program that it becomes:
 * Deno's handlers would swallow what comes in the last moment, when nobody listens any more.
 */
export function forgetHandlers(): void {
  const { ignored } = inheritedSignals();
  for (const signal of signalsIn(setOf(FORWARDED) | ignored)) {
    if ((ignored & bit(signal)) === 0n) resetSignal(signal);
    else ignoreSignal(signal);
  }
}

/**
 * Resolves when Deno has told of every signal that it has caught: of one that is sent now, and with it
 * of all before it, since all of them wait in one pipe and are told in the same turn.
 */
async function sentinel(): Promise<void> {
  const arrived = Promise.withResolvers<void>();
  Deno.addSignalListener("SIGCHLD", arrived.resolve);
  // SIGCHLD means that a child may have ended: nobody minds one more.
  kill(Deno.pid, SIGNALS.SIGCHLD);
  await arrived.promise;
  Deno.removeSignalListener("SIGCHLD", arrived.resolve);
  await new Promise((resolve) => setTimeout(resolve, 0));
}

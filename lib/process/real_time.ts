import { pendingSignals, takeSignal, unblockSignals } from "../linux/signal_calls.ts";
import { setOf } from "../linux/signal_set.ts";
import { REAL_TIME, type SignalName, SIGNALS } from "../spec/signal.ts";
import { callLoader } from "./loader.ts";

/** tools/seal/loader.c: its entries of the auxiliary vector (getauxval(3)), where functions are. */
const AT_KEEP_REAL_TIME = 0x6b6f6f7bn;
const AT_FORGET_REAL_TIME = 0x6b6f6f7cn;

/** All real-time signals. */
export const REAL_TIME_SET = setOf(REAL_TIME);

/**
 * From now on a real-time signal that is not blocked becomes so, stays with this thread until it is
 * taken, and SIGCHLD tells that there is one (tools/seal/signals.c): Deno listens to none of them. From the
 * sources they have the effect that they always have.
 */
export function keepRealTimeSignals(): void {
  callLoader(AT_KEEP_REAL_TIME);
}

/** Gives them back the effect that they had before. */
export function forgetRealTimeSignals(): void {
  callLoader(AT_FORGET_REAL_TIME);
}

/** How many are taken at once: of those that come faster than they are taken there is no end. */
const MOST_TAKEN = 64;

/**
 * Takes those that came, of each as many as were sent, and lets more of them come. What is left of very
 * many stays with the kernel, and SIGCHLD tells of it again.
 */
export function takeRealTimeSignals(): readonly SignalName[] {
  const pending = pendingSignals() & REAL_TIME_SET;
  if (pending === 0n) return [];
  const taken: number[] = [];
  while (taken.length < MOST_TAKEN) {
    const signal = takeSignal(pending);
    if (signal === undefined) break;
    taken.push(signal);
  }
  unblockSignals(pending);
  return taken.flatMap((number) => REAL_TIME.filter((name) => SIGNALS[name] === number));
}

import { type SignalName, SIGNALS } from "../spec/signal.ts";

/** A set of signals as /proc/PID/status prints it: bit n - 1 is signal n (proc_pid_status(5)). */
export type SignalSet = bigint;

/** The set of one signal. */
export function bit(signal: number): SignalSet {
  return 1n << BigInt(signal - 1);
}

/** The set of some signals. */
export function setOf(names: readonly SignalName[]): SignalSet {
  return names.reduce((set, name) => set | bit(SIGNALS[name]), 0n);
}

/** The standard signals of a set, by number. */
export function signalsIn(set: SignalSet): readonly number[] {
  return Object.values(SIGNALS).filter((signal) => (set & bit(signal)) !== 0n);
}

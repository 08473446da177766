import { SIGNALS } from "../spec/signal.ts";

/** A set of signals as /proc/PID/status prints it: bit n - 1 is signal n (proc_pid_status(5)). */
export type SignalSet = bigint;

/** What koordinator's own parent left to it, and its command is to find as well. */
export interface Inherited {
  /** Signals that are ignored, as by nohup(1). */
  readonly ignored: SignalSet;
  /** Signals that are blocked in this thread. */
  readonly blocked: SignalSet;
}

let inherited: Inherited | undefined;

/**
 * The signal dispositions and the mask of the start. The first call must precede the first listener,
 * whose signal is no longer ignored. SIGPIPE, which Deno itself ignores, counts as not ignored.
 */
export function inheritedSignals(): Inherited {
  return inherited ??= parseInherited(readStatus());
}

/** Reads the fields SigIgn and SigBlk of a /proc/PID/status; sets that are missing are empty. */
export function parseInherited(status: string): Inherited {
  const set = (field: string): SignalSet =>
    BigInt(`0x${new RegExp(`^${field}:\\s*([0-9a-f]+)$`, "m").exec(status)?.[1] ?? "0"}`);
  return { ignored: set("SigIgn") & ~bit(SIGNALS.SIGPIPE), blocked: set("SigBlk") };
}

/** The set of one signal. */
export function bit(signal: number): SignalSet {
  return 1n << BigInt(signal - 1);
}

/** The standard signals of a set, by number. */
export function signalsIn(set: SignalSet): readonly number[] {
  return Object.values(SIGNALS).filter((signal) => (set & bit(signal)) !== 0n);
}

function readStatus(): string {
  try {
    // This thread's, since the first thread blocks all signals while it creates another.
    return Deno.readTextFileSync("/proc/thread-self/status");
  } catch {
    // Without /proc nothing is known, and what containers are started with is assumed.
    return "";
  }
}

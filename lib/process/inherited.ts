import { SIGNALS } from "../spec/signal.ts";
import { foundByLoader } from "./loader.ts";
import { bit, type SignalSet } from "../linux/signal_set.ts";

/** What koordinator's own parent left to it, and its command is to find as well. */
export interface Inherited {
  /** Signals that are ignored, as by nohup(1). */
  readonly ignored: SignalSet;
  /** Signals that are blocked. */
  readonly blocked: SignalSet;
}

let inherited: Inherited | undefined;

/**
 * The signal dispositions and the mask of the start. The first call must precede the first listener,
 * whose signal is no longer ignored. SIGPIPE, which Deno itself ignores, counts as not ignored where
 * the loader has not told.
 */
export function inheritedSignals(): Inherited {
  return inherited ??= foundByLoader() ?? parseInherited(readStatus());
}

/** Reads the fields SigIgn and SigBlk of a /proc/PID/status; sets that are missing are empty. */
function parseInherited(status: string): Inherited {
  const set = (field: string): SignalSet =>
    BigInt(`0x${new RegExp(`^${field}:\\s*([0-9a-f]+)$`, "m").exec(status)?.[1] ?? "0"}`);
  return { ignored: set("SigIgn") & ~bit(SIGNALS.SIGPIPE), blocked: set("SigBlk") };
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

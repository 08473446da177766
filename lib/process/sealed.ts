import { FORWARDED, type SignalName, SIGNALS } from "../spec/signal.ts";
import { execLibc } from "./libc.ts";
import { bit, setOf, type SignalSet } from "./signal_set.ts";
import { pendingSignals, setSignalMask } from "./system_calls.ts";

/** What stops a job, which is as harmless early as late. */
const JOB_CONTROL: readonly SignalName[] = ["SIGTSTP", "SIGTTIN", "SIGTTOU"];

/**
 * What the loader of the executable blocks in its first instructions: a signal that came before
 * anybody listens would be dropped by the kernel for PID 1, and end any other process.
 */
export const SEALED_SIGNALS: SignalSet = setOf(
  FORWARDED.filter((name) => !JOB_CONTROL.includes(name)),
);

/** tools/seal/loader.c: its entry of the auxiliary vector (getauxval(3)), the mask before its own. */
const AT_SIGNAL_MASK = 0x6b6f6f73n;

/** Set in that entry, where it can mean nothing else, so that an empty mask is not no entry. */
const PRESENT = bit(SIGNALS.SIGKILL);

/** Set in that entry if SIGPIPE was ignored at the start. */
const IGNORES_SIGPIPE = bit(SIGNALS.SIGSTOP);

/** What the loader found when koordinator was started. */
export interface BeforeSeal {
  readonly blocked: SignalSet;
  /** Deno ignores it itself, so that nobody else could tell any more. */
  readonly ignoresSigpipe: boolean;
}

/** What was before the loader; undefined when this is not the executable. */
export function beforeSeal(): BeforeSeal | undefined {
  const entry = execLibc().getauxval(AT_SIGNAL_MASK);
  if (entry === 0n) return undefined;
  return {
    blocked: entry & ~PRESENT & ~IGNORES_SIGPIPE,
    ignoresSigpipe: (entry & IGNORES_SIGPIPE) !== 0n,
  };
}

/** Ends the loader's block, for what is not a supervisor and ends by a signal as any program does. */
export function breakSeal(): void {
  const before = beforeSeal();
  if (before !== undefined) setSignalMask(before.blocked);
}

/** Whether a signal came and is blocked yet: one that a supervisor passes on. */
export function signalIsPending(): boolean {
  return (pendingSignals() & setOf(FORWARDED)) !== 0n;
}

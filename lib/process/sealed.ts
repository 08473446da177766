import { FORWARDED, type SignalName, SIGNALS } from "../spec/signal.ts";
import { auxiliaryValue } from "./libc.ts";
import { bit, setOf, type SignalSet, signalsIn } from "./signal_set.ts";
import { catchSignal, isIgnored, pendingSignals, setSignalMask } from "./signal_calls.ts";

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
  const entry = auxiliaryValue(AT_SIGNAL_MASK);
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

/** The loader's handler that ends the process with 128 + n (tools/seal/end.c). */
const AT_END_BY_SIGNAL = 0x6b6f6f76n;

/** What the kernel drops for PID 1 without a handler, though it would end any other process. */
export const ENDING_SIGNALS: SignalSet = setOf(
  FORWARDED.filter((name) => ![...JOB_CONTROL, "SIGCONT", "SIGURG", "SIGWINCH"].includes(name)),
);

/**
 * Lets signals end PID 1, as they end any other process, until it has become the command: the mask
 * that the command is to find lets them through a moment before.
 */
export function letSignalsEndPid1(): void {
  if (Deno.pid !== 1) return;
  const handler = auxiliaryValue(AT_END_BY_SIGNAL);
  if (handler === 0n) return;
  for (const signal of signalsIn(ENDING_SIGNALS)) {
    if (!isIgnored(signal)) catchSignal(signal, handler);
  }
}

/**
 * tools/seal/become.c: the name by which the executable's loader ignores SIGCHLD and becomes the file
 * that its first argument names, with the arguments that follow.
 */
export const IGNORING_SIGCHLD = "koordinator: with SIGCHLD ignored";

/** Whether a signal came and is blocked yet: one that a supervisor passes on. */
export function signalIsPending(): boolean {
  return (pendingSignals() & setOf(FORWARDED)) !== 0n;
}

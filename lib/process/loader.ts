import { FORWARDED, REAL_TIME, type SignalName, SIGNALS } from "../spec/signal.ts";
import { auxiliaryValue, errnoFunction, WORD, word } from "../linux/libc.ts";
import { bit, setOf, type SignalSet } from "../linux/signal_set.ts";
import { pendingSignals, setSignalMask } from "../linux/signal_calls.ts";

/** All signals that are passed on: real-time ones by the executable alone (real_time.ts). */
const PASSED_ON = [...FORWARDED, ...REAL_TIME];

/** What stops a job. */
const JOB_CONTROL: readonly SignalName[] = ["SIGTSTP", "SIGTTIN", "SIGTTOU"];

/** What the terminal stops a job for, which is as harmless early as late. */
const BY_TERMINAL: readonly SignalName[] = ["SIGTTIN", "SIGTTOU"];

/**
 * What the loader of the executable blocks in its first instructions: a signal that came before
 * anybody listens would be dropped by the kernel for PID 1, and end any other process. Ctrl-Z would stop
 * koordinator alone, or be dropped where nobody could bring it forward again.
 */
export const loaderBlocks = (): SignalSet =>
  setOf(PASSED_ON.filter((name) => !BY_TERMINAL.includes(name)));

/** tools/seal/loader.c: its entry of the auxiliary vector (getauxval(3)), the mask before its own. */
const AT_SIGNAL_MASK = 0x6b6f6f73n;

/** Set in that entry, where it can mean nothing else, so that an empty mask is not no entry. */
const PRESENT = bit(SIGNALS.SIGKILL);

/** Its entry of the signals that were ignored at the start. */
const AT_IGNORED_SIGNALS = 0x6b6f6f7dn;

/** What the loader found when koordinator was started. */
export interface FoundByLoader {
  readonly blocked: SignalSet;
  /** With SIGPIPE if it was: Deno ignores it itself, so that nobody else could tell any more. */
  readonly ignored: SignalSet;
}

/** What was before the loader; undefined when this is not the executable. */
export function foundByLoader(): FoundByLoader | undefined {
  const entry = auxiliaryValue(AT_SIGNAL_MASK);
  if (entry === 0n) return undefined;
  return {
    blocked: entry & ~PRESENT,
    ignored: auxiliaryValue(AT_IGNORED_SIGNALS),
  };
}

/** Ends the loader's block, for what is not a supervisor and ends by a signal as any program does. */
export function releaseSignals(): void {
  const before = foundByLoader();
  if (before !== undefined) setSignalMask(before.blocked);
}

/** What the kernel drops for PID 1 without a handler, though it would end any other process. */
export const endingSignals = (): SignalSet =>
  setOf(
    PASSED_ON.filter((name) => ![...JOB_CONTROL, "SIGCONT", "SIGURG", "SIGWINCH"].includes(name)),
  );

const FUNCTION = { parameters: [WORD], result: "i64" } as const;

/**
 * Calls a function of the loader, which does not wait; from the sources there is none.
 *
 * @param entry where it is: its entry of the auxiliary vector (tools/seal/loader.c)
 * @param argument of those that take one
 */
export function callLoader(entry: bigint, argument = 0n): void {
  const pointer = Deno.UnsafePointer.create<typeof FUNCTION>(auxiliaryValue(entry));
  if (pointer !== null) new Deno.UnsafeFnPointer(pointer, FUNCTION).call(word(argument));
}

/** tools/seal/signals.c: gives PID 1 handlers for endingSignals() that end it with 128 + n. */
const AT_END_PID1 = 0x6b6f6f76n;

/**
 * Lets signals end PID 1, as they end any other process, until it has become the command: the mask
 * that the command is to find lets them through a moment before.
 */
export function letSignalsEndPid1(): void {
  if (Deno.pid === 1) callLoader(AT_END_PID1);
}

/**
 * tools/seal/hand_over.c: the name by which the executable's loader ignores SIGCHLD and becomes the file
 * that its first argument names, with the arguments that follow.
 */
export const IGNORING_SIGCHLD = "koordinator: with SIGCHLD ignored";

/** Whether a signal came and is blocked yet: one that a supervisor passes on. */
export function signalIsPending(): boolean {
  return (pendingSignals() & setOf(PASSED_ON)) !== 0n;
}

/** tools/seal/signals.c: has the runtime's handlers of signals leave errno as it was. */
const AT_KEEP_ERRNO = 0x6b6f6f7fn;

/**
 * From now on the runtime's handlers of the signals that are listened to leave errno as it was: else a
 * storm of signals makes the runtime take another's error for its own, and panic. Those that tell of a
 * limit of this process's own are not told.
 */
export function keepErrnoInHandlers(): void {
  callLoader(AT_KEEP_ERRNO, errnoFunction());
}

/** tools/seal/loader.c: why the threads of a supervisor cannot be had (errno(3)), else 0. */
const AT_THREADS_ERROR = 0x6b6f6f7an;

/** Whether the loader has found that a supervisor can have threads, without which Deno would panic. */
export function threadsCanBeHad(): boolean {
  return auxiliaryValue(AT_THREADS_ERROR) === 0n;
}

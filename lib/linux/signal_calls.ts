import type { SignalSet } from "./signal_set.ts";
import { systemCall } from "./system_calls.ts";

/** The kernel's sigset_t, in bytes. */
const SIGNAL_SET_SIZE = 8;

/** asm-generic/signal-defs.h, and asm/signal.h of x86_64 and arm64. */
const SIG_BLOCK = 0;
const SIG_UNBLOCK = 1;
const SIG_SETMASK = 2;
const SIG_IGN = 1n;

/** What a signal does: the kernel's struct sigaction, which is handler, flags, restorer and mask. */
export type SignalAction = BigUint64Array<ArrayBuffer>;

/** All of it zero is SIG_DFL. */
const SIGNAL_ACTION_WORDS = 4;

/** Blocks exactly these signals, in this thread. */
export function setSignalMask(set: SignalSet): void {
  changeMask(SIG_SETMASK, set);
}

/** Blocks these signals too, in this thread. */
export function blockSignals(set: SignalSet): void {
  changeMask(SIG_BLOCK, set);
}

/** Blocks these signals no more, in this thread. */
export function unblockSignals(set: SignalSet): void {
  changeMask(SIG_UNBLOCK, set);
}

function changeMask(how: number, set: SignalSet): void {
  systemCall("rt_sigprocmask", how, BigUint64Array.of(set), 0, SIGNAL_SET_SIZE);
}

/** The signals that came and are blocked. */
export function pendingSignals(): SignalSet {
  const set = new BigUint64Array(1);
  systemCall("rt_sigpending", set, SIGNAL_SET_SIZE);
  return set[0] ?? 0n;
}

/** Takes one signal of a set that came and is blocked (rt_sigtimedwait(2)); undefined if none did. */
export function takeSignal(set: SignalSet): number | undefined {
  const noTime = new BigUint64Array(2);
  const signal = systemCall(
    "rt_sigtimedwait",
    BigUint64Array.of(set),
    0,
    noTime,
    SIGNAL_SET_SIZE,
  );
  return signal > 0 ? signal : undefined;
}

/** What a signal does now. */
export function signalAction(signal: number): SignalAction {
  const action = new BigUint64Array(SIGNAL_ACTION_WORDS);
  systemCall("rt_sigaction", signal, 0, action, SIGNAL_SET_SIZE);
  return action;
}

/** Lets a signal do again what {@linkcode signalAction} has told. */
export function setSignalAction(signal: number, action: SignalAction): void {
  systemCall("rt_sigaction", signal, action, 0, SIGNAL_SET_SIZE);
}

/** Lets a signal have its default effect again. */
export function resetSignal(signal: number): void {
  setSignalAction(signal, new BigUint64Array(SIGNAL_ACTION_WORDS));
}

/** Lets a signal have no effect. */
export function ignoreSignal(signal: number): void {
  setSignalAction(signal, BigUint64Array.of(SIG_IGN, 0n, 0n, 0n));
}

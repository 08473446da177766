import { sigset, syscall } from "./libc.ts";
import type { SignalSet } from "./signal_set.ts";

/**
 * The numbers of system calls (syscalls(2)). They are made by number, since each function of the C
 * library that is opened costs a fifth of a millisecond on the way to the command.
 */
const NUMBERS = {
  x86_64: { rt_sigaction: 13n, rt_sigprocmask: 14n, execve: 59n, rt_sigpending: 127n },
  aarch64: { rt_sigaction: 134n, rt_sigprocmask: 135n, execve: 221n, rt_sigpending: 136n },
} as const;

/** The kernel's sigset_t, in bytes. */
const SIGNAL_SET_SIZE = 8n;
/** The kernel's struct sigaction: handler, flags, restorer, mask. All of it zero is SIG_DFL. */
const SIGNAL_ACTION_WORDS = 4;
/** asm-generic/signal-defs.h, and asm/signal.h of x86_64. */
const SIG_SETMASK = 2n;
const SIG_IGN = 1n;
const SA_RESTORER = 0x04000000n;

const numbers = NUMBERS[Deno.build.arch];

/** Blocks exactly these signals, in this thread. */
export function setSignalMask(set: SignalSet): void {
  syscall(numbers.rt_sigprocmask, SIG_SETMASK, address(sigset(set)), 0n, SIGNAL_SET_SIZE);
}

/** The signals that came and are blocked. */
export function pendingSignals(): SignalSet {
  const set = new BigUint64Array(1);
  syscall(numbers.rt_sigpending, address(set), SIGNAL_SET_SIZE);
  return set[0] ?? 0n;
}

/** Lets a signal have its default effect again. */
export function resetSignal(signal: number): void {
  setAction(signal, new BigUint64Array(SIGNAL_ACTION_WORDS));
}

/** Gives a signal a handler that does not return. */
export function catchSignal(signal: number, handler: bigint): void {
  const action = new BigUint64Array(SIGNAL_ACTION_WORDS);
  // x86_64 delivers nothing without a way back, even where none is taken.
  action.set([handler, SA_RESTORER, handler]);
  setAction(signal, action);
}

/** Whether a signal is ignored. */
export function isIgnored(signal: number): boolean {
  const action = new BigUint64Array(SIGNAL_ACTION_WORDS);
  syscall(numbers.rt_sigaction, BigInt(signal), 0n, address(action), SIGNAL_SET_SIZE);
  return action[0] === SIG_IGN;
}

function setAction(signal: number, action: BigUint64Array<ArrayBuffer>): void {
  syscall(numbers.rt_sigaction, BigInt(signal), address(action), 0n, SIGNAL_SET_SIZE);
}

/** execve(2): returns only if the file cannot be executed. */
export function execve(
  file: Uint8Array<ArrayBuffer>,
  argv: Uint8Array<ArrayBuffer>,
  environment: Deno.PointerValue,
): void {
  const variables = Deno.UnsafePointer.value(environment);
  syscall(numbers.execve, address(file), address(argv), BigInt(variables), 0n);
}

/** Where memory lies; whoever asks keeps it until the call is over. */
function address(memory: Uint8Array<ArrayBuffer> | BigUint64Array<ArrayBuffer>): bigint {
  return BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(memory)));
}

import { execLibc, sigset } from "./libc.ts";
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
/** Larger than the kernel's struct sigaction (32 bytes); all of it zero is SIG_DFL. */
const SIGNAL_ACTION_SIZE = 64;
/** asm-generic/signal-defs.h. */
const SIG_SETMASK = 2n;

const numbers = NUMBERS[Deno.build.arch];

/** Blocks exactly these signals, in this thread. */
export function setSignalMask(set: SignalSet): void {
  const { syscall } = execLibc();
  syscall(numbers.rt_sigprocmask, SIG_SETMASK, address(sigset(set)), 0n, SIGNAL_SET_SIZE);
}

/** The signals that came and are blocked. */
export function pendingSignals(): SignalSet {
  const set = new BigUint64Array(1);
  execLibc().syscall(numbers.rt_sigpending, address(set), SIGNAL_SET_SIZE, 0n, 0n);
  return set[0] ?? 0n;
}

/** Lets a signal have its default effect again. */
export function resetSignal(signal: number): void {
  const action = new Uint8Array(SIGNAL_ACTION_SIZE);
  const { syscall } = execLibc();
  syscall(numbers.rt_sigaction, BigInt(signal), address(action), 0n, SIGNAL_SET_SIZE);
}

/** execve(2): returns only if the file cannot be executed. */
export function execve(
  file: Uint8Array<ArrayBuffer>,
  argv: Uint8Array<ArrayBuffer>,
  environment: Deno.PointerValue,
): void {
  const variables = Deno.UnsafePointer.value(environment);
  execLibc().syscall(numbers.execve, address(file), address(argv), BigInt(variables), 0n);
}

/** Where memory lies; whoever asks keeps it until the call is over. */
function address(memory: Uint8Array<ArrayBuffer> | BigUint64Array<ArrayBuffer>): bigint {
  return BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(memory)));
}

import { KoordinatorError } from "../errors.ts";
import { encode } from "./arguments.ts";
import type { SignalSet } from "./signal_set.ts";

/**
 * A word of the processor. A structure of one word is passed as the word is (System V ABI of x86_64,
 * AAPCS64), and Deno compiles no machine code for functions that take structures, which would cost
 * half a millisecond.
 */
const WORD = { struct: ["u64"] } as const;

/**
 * What becoming another program needs of the C library; signatures are those of the man pages on
 * 64-bit Linux. Each function costs a moment when the library is opened, so system calls are made by
 * number (system_calls.ts), and the others are a table of their own.
 */
const EXEC_SYMBOLS = {
  syscall: { parameters: [WORD, WORD, WORD, WORD, WORD], result: "i64" },
  getauxval: { parameters: [WORD], result: "u64" },
  environ: { type: "pointer" },
} as const;

/** Where errno is, for the one who has failed. */
const ERRNO_SYMBOLS = { __errno_location: { parameters: [], result: "pointer" } } as const;

/** The C functions that supervising needs. */
const SYMBOLS = {
  posix_spawn: {
    parameters: ["buffer", "buffer", "buffer", "buffer", "buffer", "pointer"],
    result: "i32",
  },
  posix_spawn_file_actions_init: { parameters: ["buffer"], result: "i32" },
  posix_spawn_file_actions_destroy: { parameters: ["buffer"], result: "i32" },
  /** Since glibc 2.35. */
  posix_spawn_file_actions_addtcsetpgrp_np: {
    parameters: ["buffer", "i32"],
    result: "i32",
    optional: true,
  },
  posix_spawnattr_init: { parameters: ["buffer"], result: "i32" },
  posix_spawnattr_setflags: { parameters: ["buffer", "i16"], result: "i32" },
  posix_spawnattr_setpgroup: { parameters: ["buffer", "i32"], result: "i32" },
  posix_spawnattr_setsigmask: { parameters: ["buffer", "buffer"], result: "i32" },
  posix_spawnattr_setsigdefault: { parameters: ["buffer", "buffer"], result: "i32" },
  waitpid: { parameters: ["i32", "buffer", "i32"], result: "i32" },
  kill: { parameters: ["i32", "i32"], result: "i32" },
  signal: { parameters: ["i32", "usize"], result: "usize" },
  sigaction: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  pthread_sigmask: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  prctl: { parameters: ["i32", "u64", "u64", "u64", "u64"], result: "i32" },
  /** The same for the questions, which are answered through a pointer. */
  prctl_get: {
    name: "prctl",
    parameters: ["i32", "buffer", "u64", "u64", "u64"],
    result: "i32",
  },
  malloc_trim: { parameters: ["usize"], result: "i32" },
  access: { parameters: ["buffer", "i32"], result: "i32" },
  isatty: { parameters: ["i32"], result: "i32" },
  tcsetpgrp: { parameters: ["i32", "i32"], result: "i32" },
  tcgetpgrp: { parameters: ["i32"], result: "i32" },
  getpgrp: { parameters: [], result: "i32" },
  getsid: { parameters: ["i32"], result: "i32" },
} as const;

/** What becoming another program calls, as Deno types it. */
export type ExecLibc = Deno.DynamicLibrary<typeof EXEC_SYMBOLS>["symbols"];

/** What supervising calls, as Deno types it. */
export type Libc = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

let openedExec: ExecLibc | undefined;
let opened: Libc | undefined;
let openedErrno: Deno.DynamicLibrary<typeof ERRNO_SYMBOLS>["symbols"] | undefined;

/**
 * The C library of this process, the one that the executable carries or the host's, for becoming
 * another program.
 *
 * @throws {KoordinatorError} if there is no glibc
 */
export function execLibc(): ExecLibc {
  return openedExec ??= open(EXEC_SYMBOLS);
}

/**
 * The same library for supervising.
 *
 * @throws {KoordinatorError} if there is no glibc
 */
export function libc(): Libc {
  return opened ??= open(SYMBOLS);
}

function open<const Symbols extends Deno.ForeignLibraryInterface>(
  symbols: Symbols,
): Deno.DynamicLibrary<Symbols>["symbols"] {
  try {
    return Deno.dlopen("libc.so.6", symbols).symbols;
  } catch (cause) {
    throw new KoordinatorError("the C library cannot be opened", {
      hint: "run the compiled executable, or Deno on a glibc system",
      cause,
    });
  }
}

/** syscall(2): a result below zero is -1. */
export function syscall(
  number: bigint,
  ...[a = 0n, b = 0n, c = 0n, d = 0n]: readonly bigint[]
): bigint {
  return execLibc().syscall(word(number), word(a), word(b), word(c), word(d));
}

/** An entry of the auxiliary vector; 0 if there is none (getauxval(3)). */
export function auxiliaryValue(type: bigint): bigint {
  return execLibc().getauxval(word(type));
}

function word(value: bigint): Uint8Array<ArrayBuffer> {
  return new Uint8Array(BigUint64Array.of(value).buffer);
}

/**
 * Makes a call that has failed once more, and tells why it fails (errno(3)): opening what tells it
 * would have changed it meanwhile.
 */
export function errnoOf(call: () => void): number {
  const { __errno_location } = openedErrno ??= open(ERRNO_SYMBOLS);
  call();
  const location = __errno_location();
  return location === null ? 0 : new Deno.UnsafePointerView(location).getInt32();
}

/**
 * `char **environ` (environ(7)): every variable byte for byte. Deno's own view leaves out those that
 * are not UTF-8.
 */
export function environment(): Deno.PointerValue {
  const { environ } = execLibc();
  return environ === null ? null : new Deno.UnsafePointerView(environ).getPointer();
}

/** Errors of exec that have an exit code of their own (errno(3)). */
export const Errno = { ENOENT: 2, ENOEXEC: 8, EACCES: 13 } as const;

/** A C string. */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  return encode(`${text}\0`);
}

/** A pointer on 64-bit Linux, in bytes. */
const POINTER_SIZE = 8;

/** sigset_t of glibc, in bytes. */
const SIGNAL_SET_SIZE = 128;

/** A set as sigset_t (signal(7)): little-endian words, as on x86_64 and arm64. */
export function sigset(set: SignalSet): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(SIGNAL_SET_SIZE);
  new DataView(bytes.buffer).setBigUint64(0, set, true);
  return bytes;
}

/** signal.h: of signal(2) and pthread_sigmask(3). */
export const SignalAction = { SIG_DFL: 0n, SIG_IGN: 1n } as const;
export const SIG_BLOCK = 0;
export const SIG_UNBLOCK = 1;
export const SIG_SETMASK = 2;

/**
 * Texts as C wants argv: a NULL-terminated array of pointers, and what they point to behind it in the
 * same memory, so that nothing of it can be freed while a call reads it.
 */
export function cStrings(texts: readonly string[]): Uint8Array<ArrayBuffer> {
  const strings = texts.map(cString);
  const table = (strings.length + 1) * POINTER_SIZE;
  const size = strings.reduce((sum, { length }) => sum + length, table);
  const memory = new Uint8Array(new ArrayBuffer(size));
  const pointers = new BigUint64Array(memory.buffer, 0, strings.length);
  const start = BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(memory)));
  let offset = table;
  for (const [index, string] of strings.entries()) {
    pointers[index] = start + BigInt(offset);
    memory.set(string, offset);
    offset += string.length;
  }
  return memory;
}

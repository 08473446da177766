import { KoordinatorError } from "../errors.ts";
import { encode } from "./arguments.ts";

/**
 * A word of the processor. A structure of one word is passed as the word is (System V ABI of x86_64,
 * AAPCS64), and Deno compiles no machine code for functions that take structures, which would cost
 * half a millisecond.
 */
export const WORD = { struct: ["u64"] } as const;

/**
 * What every way needs of the C library; signatures are those of the man pages on 64-bit Linux. Each
 * function costs a moment when the library is opened, so system calls are made by number
 * (system_calls.ts), and what not every way needs is a table of its own.
 */
const SYMBOLS = {
  syscall: { parameters: [WORD, WORD, WORD, WORD, WORD, WORD], result: "i64" },
  getauxval: { parameters: [WORD], result: "u64" },
  __errno_location: { type: "pointer" },
} as const;

/** The same function for calls that wait: Deno makes them in a thread of its own. */
const ASIDE_SYMBOLS = { syscall: { ...SYMBOLS.syscall, nonblocking: true } } as const;

/** Where errno is, for the one who has failed. */
const ERRNO_SYMBOLS = { __errno_location: { parameters: [], result: "pointer" } } as const;

let opened: Deno.DynamicLibrary<typeof SYMBOLS>["symbols"] | undefined;
let openedAside: Deno.DynamicLibrary<typeof ASIDE_SYMBOLS>["symbols"] | undefined;
let openedErrno: Deno.DynamicLibrary<typeof ERRNO_SYMBOLS>["symbols"] | undefined;

/**
 * Opens functions of the C library of this process, the one that the executable carries or the host's.
 *
 * @throws {KoordinatorError} if there is no glibc
 */
export function openLibc<const Symbols extends Deno.ForeignLibraryInterface>(
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

function libc() {
  return opened ??= openLibc(SYMBOLS);
}

/** What C takes as a word: a number, a negative one too, or memory by its address. */
export type Word =
  | number
  | bigint
  | Uint8Array<ArrayBuffer>
  | BigUint64Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>;

/** syscall(2): a result below zero is -1. */
export function syscall(number: number, ...args: readonly Word[]): number {
  // Memory is not freed during the call: `args` holds it.
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = args;
  const [first, second, third, fourth, fifth, sixth] = WORDS;
  return Number(
    libc().syscall(first(number), second(a), third(b), fourth(c), fifth(d), sixth(e)),
  );
}

/** The words of such a call, which takes copies: they are not made anew for each of the many. */
const WORDS = [
  ...[reusedWord(), reusedWord(), reusedWord()] as const,
  ...[reusedWord(), reusedWord(), reusedWord()] as const,
] as const;

function reusedWord(): (value: Word) => Uint8Array<ArrayBuffer> {
  const memory = new BigUint64Array(1);
  const bytes = new Uint8Array(memory.buffer);
  return (value) => {
    memory[0] = bitsOf(value);
    return bytes;
  };
}

/**
 * What calls that wait are made with, the words themselves and the memory that they point to. Deno reads
 * the words in the other thread, so that none of it may be freed meanwhile.
 */
const inFlight = new Set<readonly (readonly Word[])[]>();

/** syscall(2) in a thread of its own, for a call that waits. */
export async function syscallAside(number: number, ...args: readonly Word[]): Promise<number> {
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = args;
  const { syscall } = openedAside ??= openLibc(ASIDE_SYMBOLS);
  const words = [word(number), word(a), word(b), word(c), word(d), word(e)] as const;
  const held = [args, words];
  inFlight.add(held);
  try {
    return Number(await syscall(...words));
  } finally {
    inFlight.delete(held);
  }
}

/**
 * An entry of the auxiliary vector (getauxval(3)) that the executable's loader has made; 0 if there is
 * none, as where koordinator runs from its sources, and on other systems.
 */
export function auxiliaryValue(type: bigint): bigint {
  if (!Deno.build.standalone) return 0n;
  return libc().getauxval(word(type));
}

/** Where the function lies that says where errno is, for the executable's loader; 0 if nowhere. */
export function errnoFunction(): bigint {
  return Deno.UnsafePointer.value(libc().__errno_location);
}

/** A word as a function of the C library takes it; memory must be held until the call is over. */
export function word(value: Word): Uint8Array<ArrayBuffer> {
  return new Uint8Array(BigUint64Array.of(bitsOf(value)).buffer);
}

function bitsOf(value: Word): bigint {
  if (typeof value === "bigint") return value;
  if (typeof value === "number") return BigInt(value);
  return BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(value)));
}

/**
 * Makes a call that has failed once more, and tells why it fails (errno(3)): opening what tells it
 * would have changed it meanwhile.
 */
export function errnoOf(call: () => void): number {
  const { __errno_location } = openedErrno ??= openLibc(ERRNO_SYMBOLS);
  call();
  const location = __errno_location();
  return location === null ? 0 : new Deno.UnsafePointerView(location).getInt32();
}

/** Errors of exec that have an exit code of their own (errno(3)). */
export const Errno = {
  EPERM: 1,
  ENOENT: 2,
  E2BIG: 7,
  ENOEXEC: 8,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  ETXTBSY: 26,
} as const;

/** A C string. */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  return encode(`${text}\0`);
}

/** A pointer on 64-bit Linux, in bytes. */
const POINTER_SIZE = 8;

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

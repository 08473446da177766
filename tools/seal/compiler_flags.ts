import { type Elf, PT_LOAD } from "./elf.ts";

/** V8's flag that turns its compilers off, and one of its own tests that does nothing. */
const NAMES = {
  jitless: "jitless",
  // https://github.com/v8/v8/blob/main/src/flags/flag-definitions.h: "Flags only used in tests"
  idle: "testing_bool_flag",
} as const;

/** elf.h: flags of a segment. */
const PF_X = 1;
const PF_W = 2;

/** Addresses at which a program has the names of two of V8's flags. */
export interface CompilerFlags {
  readonly jitless: number;
  readonly idle: number;
}

/**
 * Finds the names that compilers.c lets change places.
 *
 * @returns undefined if one is not there exactly once, in memory that is only read
 */
export function findCompilerFlags(program: Elf): CompilerFlags | undefined {
  const jitless = findName(program, NAMES.jitless);
  const idle = findName(program, NAMES.idle);
  return jitless === undefined || idle === undefined ? undefined : { jitless, idle };
}

function findName(program: Elf, name: string): number | undefined {
  const found: number[] = [];
  for (const { type, flags, offset, fileSize, address } of program.segments) {
    if (type !== PT_LOAD || (flags & (PF_X | PF_W)) !== 0) continue;
    const bytes = program.bytes.subarray(offset, offset + fileSize);
    // One string behind another: other copies of the word lie in tables, with zeros behind them.
    for (const at of placesOf(bytes, new TextEncoder().encode(`\0${name}\0`))) {
      if (bytes[at + name.length + 2] !== 0) found.push(address + at + 1);
    }
  }
  return found.length === 1 ? found[0] : undefined;
}

function* placesOf(bytes: Uint8Array, wanted: Uint8Array): Generator<number> {
  const letter = wanted[1] ?? 0;
  for (let at = bytes.indexOf(letter, 1); at > 0; at = bytes.indexOf(letter, at + 1)) {
    if (wanted.every((byte, index) => bytes[at - 1 + index] === byte)) yield at - 1;
  }
}

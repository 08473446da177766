/** For who plays a start of koordinator, as in the executable. */

/** lib/linux/system_calls.ts: `deno compile` takes no TypeScript here. */
const NUMBERS = {
  x86_64: { execve: 59n, exit_group: 231n },
  aarch64: { execve: 221n, exit_group: 94n },
}[Deno.build.arch];

/** lib/process/loader.ts: its entry of the mask, and what is set in it. */
const AT_SIGNAL_MASK = 0x6b6f6f73n;
const PRESENT = 1n << 8n;

const first = (word) => new BigUint64Array(word.slice().buffer)[0];

/**
 * Calls `end` where koordinator would make a system call of this name, and ends there. What calls the C
 * library is told that a loader has been.
 */
export function untilCall(name, end) {
  const { dlopen } = Deno;
  Deno.dlopen = (path, symbols) => {
    const library = dlopen(path, symbols);
    const { syscall, getauxval } = library.symbols;
    return {
      symbols: {
        ...library.symbols,
        syscall: (number, ...words) => {
          if (first(number) !== NUMBERS[name]) return syscall(number, ...words);
          end();
          Deno.exit(0);
        },
        getauxval: (entry) => first(entry) === AT_SIGNAL_MASK ? PRESENT : getauxval(entry),
      },
    };
  };
}

import { auxiliaryValue, openLibc, WORD, word } from "./libc.ts";

/** tools/seal/loader.c: its entries of the auxiliary vector (getauxval(3)), where functions are. */
const AT_SHARE_PAGES = 0x6b6f6f74n;
const AT_CLOSE_LIBRARIES = 0x6b6f6f75n;

/** malloc_trim(3), opened only for its one call. */
const TRIM_SYMBOLS = { malloc_trim: { parameters: [WORD], result: "i32" } } as const;

const FUNCTION = { parameters: [], result: "i64" } as const;

/**
 * Gives memory back that the start took: what malloc keeps of it, and the pages of V8's heap that are
 * the same at every start, which are the executable's own from then on (tools/seal/pages.c). For a
 * process that has begun to wait: it takes some milliseconds.
 */
export function giveBackMemory(): void {
  openLibc(TRIM_SYMBOLS).malloc_trim(word(0));
  callLoader(AT_SHARE_PAGES);
}

/** Closes the descriptors by which the loader gave ld.so its libraries (tools/seal/end.c). */
export function closeLibraries(): void {
  callLoader(AT_CLOSE_LIBRARIES);
}

/** Calls a function of the executable's loader; from the sources there is none. */
function callLoader(entry: bigint): void {
  const address = auxiliaryValue(entry);
  const pointer = Deno.UnsafePointer.create<typeof FUNCTION>(address);
  if (pointer !== null) new Deno.UnsafeFnPointer(pointer, FUNCTION).call();
}

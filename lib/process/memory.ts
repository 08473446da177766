import { openLibc, WORD, word } from "../linux/libc.ts";
import { callLoader } from "./loader.ts";

/** tools/seal/loader.c: its entries of the auxiliary vector (getauxval(3)), where functions are. */
const AT_SHARE_PAGES = 0x6b6f6f74n;
const AT_CLOSE_LIBRARIES = 0x6b6f6f75n;
const AT_DROP_PAGES = 0x6b6f6f7en;

/** malloc_trim(3), opened only for its one call. */
const TRIM_SYMBOLS = { malloc_trim: { parameters: [WORD], result: "i32" } } as const;

/**
 * Gives memory back that the start took, or a giant of an answer: V8's garbage, what malloc keeps, and the
 * pages of V8's heap that are the same at every start, which are the executable's own from then on
 * (tools/seal/pages.c). For a process that has begun to wait: it takes some milliseconds.
 *
 * @param garbage which of it V8 is to find: among young objects, which takes a millisecond, or all, which
 * takes twenty
 */
export function giveBackMemory(garbage: "young" | "all"): void {
  // V8's own `--expose-gc`, which the executable has (tools/seal/v8_flags.ts): it collects when told.
  const collect: unknown = Reflect.get(globalThis, "gc");
  if (typeof collect === "function") collect({ type: garbage === "young" ? "minor" : "major" });
  openLibc(TRIM_SYMBOLS).malloc_trim(word(0));
  callLoader(AT_SHARE_PAGES);
}

/**
 * Lets go of the program's own code and constants, most of which the start alone has used: what is used
 * again comes again (tools/seal/pages.c).
 */
export function dropProgram(): void {
  callLoader(AT_DROP_PAGES);
}

/** Closes the descriptors by which the loader gave ld.so its libraries (tools/seal/end.c). */
export function closeLibraries(): void {
  callLoader(AT_CLOSE_LIBRARIES);
}

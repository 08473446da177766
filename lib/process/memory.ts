import { openLibc, WORD, word } from "../linux/libc.ts";
import { callLoader } from "./loader.ts";

/** tools/seal/loader.c: its entries of the auxiliary vector (getauxval(3)), where functions are. */
const AT_SHARE_PAGES = 0x6b6f6f74n;
const AT_CLOSE_LIBRARIES = 0x6b6f6f75n;
const AT_DROP_PAGES = 0x6b6f6f7en;
const AT_DROP_FROM_SPACE = 0x6b6f6f80n;

/** malloc_trim(3), opened only for its one call. */
const TRIM_SYMBOLS = { malloc_trim: { parameters: [WORD], result: "i32" } } as const;

/** What V8 is told to collect: young objects, which takes a millisecond, or all, which takes twenty. */
export type Garbage = "young" | "all";

/**
 * Has V8 collect garbage, and gives back the memory that young objects lay in (tools/seal/from_space.c). Those
 * that outlive two collections are old ones.
 */
export function collectGarbage(garbage: Garbage): void {
  // V8's own `--expose-gc`, which the executable has (tools/seal/v8_flags.ts): it collects when told.
  const collect: unknown = Reflect.get(globalThis, "gc");
  if (typeof collect === "function") collect({ type: garbage === "young" ? "minor" : "major" });
  callLoader(AT_DROP_FROM_SPACE);
}

/**
 * Gives memory back that the start took, or a giant of an answer: what malloc keeps, and the pages of V8's
 * heap that are the same at every start, which are the executable's own from then on (tools/seal/pages.c).
 * For a process that has begun to wait: it takes some milliseconds.
 */
export function giveBackMemory(): void {
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

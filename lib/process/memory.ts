import { execLibc, libc } from "./libc.ts";

/** tools/seal/loader.c: its entry of the auxiliary vector (getauxval(3)), where share_pages is. */
const AT_SHARE_PAGES = 0x6b6f6f74n;

const SHARE_PAGES = { parameters: [], result: "i64" } as const;

/**
 * Gives memory back that the start took: what malloc keeps of it, and the pages of V8's heap that are
 * the same at every start, which are the executable's own from then on (tools/seal/pages.c). For a
 * process that has begun to wait: it takes some milliseconds.
 */
export function giveBackMemory(): void {
  libc().malloc_trim(0n);
  const address = execLibc().getauxval(AT_SHARE_PAGES);
  const sharePages = Deno.UnsafePointer.create<typeof SHARE_PAGES>(address);
  if (sharePages !== null) new Deno.UnsafeFnPointer(sharePages, SHARE_PAGES).call();
}

import { PAGE } from "./start_pages.ts";

/** mman.h. */
const PROT_READ = 1;
const MAP_SHARED = 1;

/**
 * The numbers of the pages of a file that the kernel has in memory (mincore(2)).
 *
 * @throws {Error} if it cannot be asked
 */
export function pagesInMemory(path: string): readonly number[] {
  const libc = Deno.dlopen("libc.so.6", {
    mmap: { parameters: ["pointer", "usize", "i32", "i32", "i32", "i64"], result: "pointer" },
    munmap: { parameters: ["pointer", "usize"], result: "i32" },
    mincore: { parameters: ["pointer", "usize", "buffer"], result: "i32" },
    open: { parameters: ["buffer", "i32"], result: "i32" },
    close: { parameters: ["i32"], result: "i32" },
  });
  const { mmap, munmap, mincore, open, close } = libc.symbols;
  const { size } = Deno.statSync(path);
  const file = open(new TextEncoder().encode(`${path}\0`), 0);
  const mapped = mmap(null, BigInt(size), PROT_READ, MAP_SHARED, file, 0n);
  const pages = new Uint8Array(Math.ceil(size / PAGE));
  const asked = mincore(mapped, BigInt(size), pages);
  munmap(mapped, BigInt(size));
  close(file);
  libc.close();
  if (asked !== 0) throw new Error(`mincore does not tell of ${path}`);
  return [...pages.keys()].filter((page) => ((pages[page] ?? 0) & 1) !== 0);
}

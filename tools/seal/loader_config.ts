/** `struct config` of loader.h, as the seal fills it. */
import { indexOf } from "./bytes.ts";
import type { Elf } from "./elf.ts";

const ENCODER = new TextEncoder();

/** loader.c: the marks before and behind its configuration, and how many libraries it has room for. */
const MAGIC = "KOOKSEAL";
const END = "KOOKSEND";
export const MAX_LIBRARIES = 12;

/** The members of `struct config` in loader.h between its mark and its libraries, in their order. */
export const CONFIG = [
  "segment_address",
  "segment_offset",
  "names",
  "names_size",
  "runtime_handler",
  "dynamic",
  "program_entry",
  "interpreter",
  "blocked_signals",
  "ending_signals",
  "runs",
  "run_count",
  "ranges",
  "range_count",
  "payload",
  "from_space",
  "jitless",
  "idle_flag",
  "library_count",
] as const;

/** The members of each library there, in their order. */
export const LIBRARY = ["offset", "size", "digits"] as const;

/** What is written: the number of libraries is theirs. */
export type Config =
  & Readonly<Record<Exclude<typeof CONFIG[number], "library_count">, number | bigint>>
  & { readonly libraries: readonly Readonly<Record<typeof LIBRARY[number], number>>[] };

/**
 * Fills `struct config` of the loader.
 *
 * @param loaderAt where the loader lies in the file
 * @param loader its bytes as they were compiled, with the mark before the configuration
 * @throws {Error} if it does not end where it should: loader.h has another idea of it
 */
export function writeConfig(
  sealed: Elf,
  loaderAt: number,
  loader: Uint8Array,
  { libraries, ...config }: Config,
): void {
  const at = loaderAt + indexOf(loader, ENCODER.encode(MAGIC));
  const numbers = { ...config, library_count: libraries.length };
  const values = [
    ...CONFIG.map((name) => numbers[name]),
    ...libraries.flatMap((library) => LIBRARY.map((name) => library[name])),
  ];
  const words = 1 + CONFIG.length + MAX_LIBRARIES * LIBRARY.length;
  const end = sealed.bytes.subarray(at + words * 8, at + (words + 1) * 8);
  if (indexOf(end, ENCODER.encode(END)) !== 0) {
    throw new Error("loader.h has another configuration");
  }
  for (const [index, value] of values.entries()) {
    sealed.view.setBigUint64(at + (index + 1) * 8, BigInt(value), true);
  }
}

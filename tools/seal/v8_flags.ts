import { isHost, type Target } from "../support/target.ts";

/**
 * V8 compiles nothing while it runs, so that no memory is both writable and executable, and it uses
 * one thread. docs/decisions/0008 has what each brings.
 */
const ALWAYS = ["--jitless", "--single-threaded"];

/**
 * V8 collects garbage when koordinator says so (lib/cli/rest.ts), or when there are five megabytes of it:
 * not eight seconds after a start or a growth of its heap, which would make its pages private.
 * docs/decisions/0029.
 */
const COLLECTS_WHEN_TOLD = [
  "--expose-gc",
  "--no-memory-reducer",
  "--initial-old-space-size=12",
];

/** What makes V8's heap the same at every start, so that its pages can be shared. */
const SAME_AT_EVERY_START = ["--random-seed=1", "--hash-seed=1"];

/**
 * The flags of a piece of V8's heap that young objects were copied from (tools/seal/from_space.c), of versions
 * of which they are known; 0 of others. `POINTERS_TO_HERE_ARE_INTERESTING | FROM_PAGE` of
 * https://github.com/v8/v8/blob/14.5.201/src/heap/memory-chunk.h
 *
 * @param v8 the version, as `14.5.201.2`
 */
export function fromSpaceFlags(v8: string): number {
  return v8.startsWith("14.5.") ? 0b1010 : 0;
}

/** Whether the pages that can be shared are found: on this very machine, so not for another. */
export function sharesPages(target: Target): boolean {
  return isHost(target) && target.arch === "x86_64";
}

/** The flags that V8 is given at every start. */
export function v8Flags(target: Target): readonly string[] {
  const always = [...ALWAYS, ...COLLECTS_WHEN_TOLD];
  return sharesPages(target) ? [...always, ...SAME_AT_EVERY_START] : always;
}

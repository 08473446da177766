import { isHost, type Target } from "../support/target.ts";

/**
 * V8 compiles nothing while it runs, so that no memory is both writable and executable, and it uses
 * one thread. docs/decisions/0008 has what each brings.
 */
const ALWAYS = ["--jitless", "--single-threaded"];

/** What makes V8's heap the same at every start, so that its pages can be shared. */
const SAME_AT_EVERY_START = ["--random-seed=1", "--hash-seed=1"];

/** Whether the pages that can be shared are found: on this very machine, so not for another. */
export function sharesPages(target: Target): boolean {
  return isHost(target) && target.arch === "x86_64";
}

/** The flags that V8 is given at every start. */
export function v8Flags(target: Target): readonly string[] {
  return sharesPages(target) ? [...ALWAYS, ...SAME_AT_EVERY_START] : ALWAYS;
}

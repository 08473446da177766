/** The most letters by which a word may differ from one that is suggested for it. */
const CLOSE = 2;

/**
 * The closest of `choices` to `word`, if it is one or two letters away; case does not count.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { closest } from "./did_you_mean.ts";
 *
 * assertEquals(closest("startDep", ["startDeps", "stopDeps"]), "startDeps");
 * assertEquals(closest("proxy", ["main"]), undefined);
 * ```
 */
export function closest(word: string, choices: readonly string[]): string | undefined {
  const ranked = choices
    // The distance is at least that: a word of any length costs nothing.
    .filter((choice) => Math.abs(choice.length - word.length) <= CLOSE)
    .map((choice) => ({ choice, distance: distance(word.toLowerCase(), choice.toLowerCase()) }))
    .filter((entry) => entry.distance <= Math.min(CLOSE, Math.floor(entry.choice.length / 2)))
    .sort((a, b) => a.distance - b.distance);
  return ranked[0]?.choice;
}

/** How many insertions, deletions, replacements and swaps of neighbours lead from `a` to `b`. */
export function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

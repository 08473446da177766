import type { Graph } from "./search.ts";

/** How many orders of events a graph has. */
export interface Orders {
  readonly count: number;
  /** Whether there are circles: each is counted as if it were gone through once at most. */
  readonly more: boolean;
}

/** Counts the ways from the first state of a graph to those where nothing happens any more. */
export function countOrders({ states, from, to }: Pick<Graph, "states" | "from" | "to">): Orders {
  const next: number[][] = states.map(() => []);
  for (const [step, state] of from.entries()) {
    const after = to[step];
    if (after !== undefined) next[state]?.push(after);
  }
  const ways = new Float64Array(states.length);
  const progress = new Int32Array(states.length);
  const place = new Uint8Array(states.length);
  const [ON_WAY, DONE] = [1, 2];
  let more = false;
  const way = [0];
  for (let at; (at = way.at(-1)) !== undefined;) {
    place[at] = ON_WAY;
    const index = progress[at] ?? 0;
    const after = next[at]?.[index];
    if (after === undefined) {
      if (ways[at] === 0) ways[at] = 1;
      place[at] = DONE;
      way.pop();
    } else if (place[after] === DONE) {
      ways[at] = (ways[at] ?? 0) + (ways[after] ?? 0);
      progress[at] = index + 1;
    } else if (place[after] === ON_WAY) {
      more = true;
      progress[at] = index + 1;
    } else way.push(after);
  }
  return { count: ways[0] ?? 0, more };
}

const UNITS = [[1e12, "trillion"], [1e9, "billion"], [1e6, "million"]] as const;

/** A number of orders as one reads it: `1,302`, `2.1 million`, `3 × 10^19`. */
export function formatOrders({ count, more }: Orders): string {
  return (more ? "more than " : "") + formatCount(count);
}

function formatCount(count: number): string {
  if (count >= 1e15) {
    const power = Math.floor(Math.log10(count));
    return `10^${power}`;
  }
  const unit = UNITS.find(([least]) => count >= least);
  return unit === undefined
    ? count.toLocaleString("en-GB")
    : `${(Math.floor(count / unit[0] * 10) / 10).toLocaleString("en-GB")} ${unit[1]}`;
}

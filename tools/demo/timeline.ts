/** What was said by whom; `container` tells a koordinator's own container. */
export type Say = (who: string, what: string, container?: string) => void;

/** A timeline that is printed as it grows. */
export interface Timeline {
  readonly say: Say;
  /** Those of `moments` that did not come in this order, in words; empty when all is well. */
  faults(moments: readonly Moment[]): readonly string[];
}

/** Something that has to be in the timeline, told by who says what. */
export interface Moment {
  readonly who: string;
  /** What is said, or its beginning. */
  readonly what: string;
}

/** Begins a timeline; its seconds count from now. */
export function beginTimeline(print: (line: string) => void): Timeline {
  const begin = performance.now();
  const said: Moment[] = [];
  return {
    say(who, what, container) {
      said.push({ who, what });
      const seconds = ((performance.now() - begin) / 1_000).toFixed(1).padStart(5);
      const name = container === undefined ? who : `koordinator(${container})`;
      print(`${seconds} s  ${name.padEnd(28)}  ${what}`);
    },
    faults(moments) {
      let from = 0;
      const faults: string[] = [];
      for (const { who, what } of moments) {
        const at = said.findIndex((entry, index) =>
          index >= from && entry.who === who && entry.what.startsWith(what)
        );
        if (at === -1) faults.push(`not in its place: ${who} ${what}`);
        else from = at + 1;
      }
      return faults;
    },
  };
}

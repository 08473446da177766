/** After how long the same complaint is told again, in milliseconds; the last holds from then on. */
const INTERVALS = [10_000, 60_000, 300_000] as const;

interface Told {
  readonly at: number;
  /** How often it has been told. */
  readonly count: number;
  /** How often it was swallowed since. */
  readonly swallowed: number;
}

/** What has been complained of, so that a trouble that lasts does not fill the log. */
export interface Complaints {
  /**
   * Whether to tell a complaint now: at once when it is new, then at a falling rate.
   *
   * @param now milliseconds of a steady clock
   * @returns undefined to swallow it, else how often it was swallowed since it was last told
   */
  readonly tell: (message: string, now: number) => number | undefined;
  /** All is well again: whether anything had been complained of. */
  readonly settle: () => boolean;
}

/** Begins with nothing to complain of. */
export function createComplaints(): Complaints {
  const told = new Map<string, Told>();
  return {
    tell: (message, now) => {
      const last = told.get(message);
      if (last === undefined) {
        told.set(message, { at: now, count: 1, swallowed: 0 });
        return 0;
      }
      const interval = INTERVALS[Math.min(last.count, INTERVALS.length) - 1] ?? 0;
      if (now - last.at < interval) {
        told.set(message, { ...last, swallowed: last.swallowed + 1 });
        return undefined;
      }
      told.set(message, { at: now, count: last.count + 1, swallowed: 0 });
      return last.swallowed;
    },
    settle: () => {
      const any = told.size > 0;
      told.clear();
      return any;
    },
  };
}

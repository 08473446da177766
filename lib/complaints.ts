/** After how long the same complaint is told again, in milliseconds; the last holds from then on. */
const INTERVALS = [10_000, 60_000, 300_000] as const;

/** A complaint that was not made for this long is news again, in milliseconds. */
const FORGOTTEN_AFTER = 300_000;

/** How many complaints are told apart: a server may word the same one differently each time. */
const MOST = 16;

/** The name of all complaints beyond that. */
const OTHERS = "";

interface Told {
  readonly at: number;
  /** When it was last made, told or not. */
  readonly madeAt: number;
  /** How often it has been told. */
  readonly count: number;
  /** How often it was swallowed since. */
  readonly swallowed: number;
}

/** What has been complained of, so that a trouble that lasts or returns does not fill the log. */
export interface Complaints {
  /**
   * Whether to tell a complaint now: at once when it is new, then at a falling rate.
   *
   * @param now milliseconds of a steady clock
   * @returns undefined to swallow it, else how often it was swallowed since it was last told
   */
  readonly tell: (message: string, now: number) => number | undefined;
  /** All is well again: whether anything has been told since it last was. */
  readonly settle: () => boolean;
}

/** Begins with nothing to complain of. */
export function createComplaints(): Complaints {
  const told = new Map<string, Told>();
  let settled = true;
  return {
    tell: (message, now) => {
      for (const [name, { madeAt }] of told) {
        if (now - madeAt >= FORGOTTEN_AFTER) told.delete(name);
      }
      const name = told.has(message) || told.size < MOST ? message : OTHERS;
      const last = told.get(name);
      const interval = last === undefined
        ? 0
        : INTERVALS[Math.min(last.count, INTERVALS.length) - 1] ?? 0;
      if (last !== undefined && now - last.at < interval) {
        told.set(name, { ...last, madeAt: now, swallowed: last.swallowed + 1 });
        return undefined;
      }
      told.set(name, { at: now, madeAt: now, count: (last?.count ?? 0) + 1, swallowed: 0 });
      settled = false;
      return last?.swallowed ?? 0;
    },
    settle: () => {
      const any = !settled;
      settled = true;
      return any;
    },
  };
}

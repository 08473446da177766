/** After how long the same message is logged again, in milliseconds; the last holds from then on. */
const INTERVALS = [10_000, 60_000, 300_000] as const;

/** A message that did not come for this long is new again, in milliseconds. */
const FORGOTTEN_AFTER = 300_000;

/** How many messages are told apart: a server may word the same fault differently each time. */
const MOST = 16;

/** The key of all messages beyond that. */
const OTHERS = "";

interface Entry {
  readonly loggedAt: number;
  /** When it last came, logged or not. */
  readonly cameAt: number;
  /** How often it has been logged. */
  readonly count: number;
  /** How often it was suppressed since. */
  readonly suppressed: number;
}

/** What has been logged, so that a fault that lasts or returns does not fill the log; by message. */
export type LogThrottle = ReadonlyMap<string, Entry>;

/** What comes of a message. */
export interface Admission {
  readonly throttle: LogThrottle;
  /** undefined if it is not to be logged, else how often it was suppressed since it last was. */
  readonly suppressed: number | undefined;
}

/**
 * Whether to log a message now: at once when it is new, then at a falling rate.
 *
 * @param now milliseconds of a steady clock
 */
export function admit(before: LogThrottle, message: string, now: number): Admission {
  const throttle = new Map([...before].filter(([, { cameAt }]) => now - cameAt < FORGOTTEN_AFTER));
  const key = throttle.has(message) || throttle.size < MOST ? message : OTHERS;
  const last = throttle.get(key);
  const interval = last === undefined
    ? 0
    : INTERVALS[Math.min(last.count, INTERVALS.length) - 1] ?? 0;
  if (last !== undefined && now - last.loggedAt < interval) {
    throttle.set(key, { ...last, cameAt: now, suppressed: last.suppressed + 1 });
    return { throttle, suppressed: undefined };
  }
  throttle.set(key, { loggedAt: now, cameAt: now, count: (last?.count ?? 0) + 1, suppressed: 0 });
  return { throttle, suppressed: last?.suppressed ?? 0 };
}

/** Time, so that a test need not wait for it. */
export interface Clock {
  /** Milliseconds of a steady clock. */
  readonly now: () => number;
  /** Milliseconds since 1970, by a clock that may be set. */
  readonly date: () => number;
  /**
   * Calls `fire` once, after so many milliseconds, be it a second or a year.
   *
   * @returns what prevents it
   */
  readonly setTimer: (after: number, fire: () => void) => () => void;
}

/** The longest time that setTimeout takes, in milliseconds: a longer one would be over at once. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

/** Makes timers of any length of those that setTimeout takes. */
export function chainTimeouts(
  start: (fire: () => void, after: number) => number,
  stop: (timer: number) => void,
): Clock["setTimer"] {
  return (after, fire) => {
    let timer = 0;
    const wait = (left: number): void => {
      timer = left > LONGEST_TIMEOUT
        ? start(() => wait(left - LONGEST_TIMEOUT), LONGEST_TIMEOUT)
        : start(fire, left);
    };
    wait(after);
    return () => stop(timer);
  };
}

/** The clocks of the kernel. */
export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => Date.now(),
  setTimer: chainTimeouts(setTimeout, clearTimeout),
};

/** Resolves after so many milliseconds, be it a second or a year, or when `signal` aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      stop();
      signal.removeEventListener("abort", done);
      resolve();
    };
    const stop = systemClock.setTimer(ms, done);
    signal.addEventListener("abort", done, { once: true });
  });
}

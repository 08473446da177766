import type { Clock } from "../../lib/clock.ts";

/** A clock that goes on only when it is told to. */
export interface VirtualClock extends Clock {
  /** Lets time pass: every timer fires at its time, and what it brings about happens before the next. */
  readonly advance: (ms: number) => Promise<void>;
}

/** Begins at `date`, in milliseconds since 1970. */
export function createVirtualClock(date: number): VirtualClock {
  let now = 0;
  const timers = new Set<{ readonly at: number; readonly fire: () => void }>();
  return {
    now: () => now,
    date: () => date + now,
    setTimer: (after, fire) => {
      const timer = { at: now + after, fire };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance: async (ms) => {
      const end = now + ms;
      await settle();
      while (true) {
        const due = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (due === undefined) break;
        timers.delete(due);
        now = due.at;
        due.fire();
        await settle();
      }
      now = end;
    },
  };
}

/** Lets everything happen that waits for no time. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

import { assertEquals } from "@std/assert";
import { chainTimeouts, systemClock } from "../lib/clock.ts";

const LONGEST = 2 ** 31 - 1;

/** Timers as setTimeout would have them, each over as soon as the test says so. */
function createTimeouts() {
  const started: number[] = [];
  const stopped: number[] = [];
  const fires: (() => void)[] = [];
  const setTimer = chainTimeouts(
    (fire, after) => {
      fires.push(fire);
      return started.push(after);
    },
    (timer) => void stopped.push(timer),
  );
  return { setTimer, started, stopped, over: () => fires.at(-1)?.() };
}

const lengths: readonly (readonly [what: string, after: number, pieces: readonly number[]])[] = [
  ["nothing", 0, [0]],
  ["a second", 1_000, [1_000]],
  ["the longest that setTimeout takes", LONGEST, [LONGEST]],
  ["a millisecond more", LONGEST + 1, [LONGEST, 1]],
  ["a year", 31_536_000_000, [...Array(14).fill(LONGEST), 31_536_000_000 - 14 * LONGEST]],
];

for (const [what, after, pieces] of lengths) {
  Deno.test(`a timer of ${what} is over once, and not before`, () => {
    const { setTimer, started, over } = createTimeouts();
    let fired = 0;
    setTimer(after, () => fired++);
    for (const piece of pieces) {
      assertEquals([started.at(-1), fired], [piece, 0]);
      over();
    }
    assertEquals([started.length, fired], [pieces.length, 1]);
  });
}

Deno.test("a timer that was cancelled in its second part is not over", () => {
  const { setTimer, stopped, over } = createTimeouts();
  const cancel = setTimer(LONGEST + 1, () => {});
  over();
  cancel();
  assertEquals(stopped, [2]);
});

Deno.test("a timer of two thousand hours does not fire at once", async () => {
  let fired = false;
  const cancel = systemClock.setTimer(7_200_000_000, () => fired = true);
  await new Promise((resolve) => systemClock.setTimer(50, () => resolve(undefined)));
  cancel();
  assertEquals(fired, false);
});

import { assertEquals } from "@std/assert";
import { createBackoff, drawDelay } from "../../lib/kubernetes/backoff.ts";

/** The delays that failures at these times lead to, in milliseconds. */
function delays(times: readonly number[], random = 0): readonly number[] {
  let backoff = createBackoff();
  return times.map((now) => {
    const drawn = drawDelay(backoff, { now, random });
    backoff = drawn.backoff;
    return drawn.delayMs;
  });
}

Deno.test("delays double from 800 ms to 30 s", () => {
  assertEquals(
    delays(Array(8).fill(0)),
    [800, 1600, 3200, 6400, 12800, 25600, 30000, 30000],
  );
});

Deno.test("jitter adds at most as much again", () => {
  assertEquals(delays([0, 0], 0.5), [1200, 2400]);
});

Deno.test("two minutes without a failure start the delays anew, waiting does not count", () => {
  const third = 1600 + 119_999;
  assertEquals(delays([0, 0, third, third + 3200 + 120_000]), [800, 1600, 3200, 800]);
});

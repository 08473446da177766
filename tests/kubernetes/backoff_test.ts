import { assertEquals } from "@std/assert";
import { createBackoff } from "../../lib/kubernetes/backoff.ts";

Deno.test("delays double from 800 ms to 30 s", () => {
  const backoff = createBackoff({ random: () => 0, now: () => 0 });
  assertEquals(
    Array.from({ length: 8 }, backoff),
    [800, 1600, 3200, 6400, 12800, 25600, 30000, 30000],
  );
});

Deno.test("jitter adds at most as much again", () => {
  const backoff = createBackoff({ random: () => 0.5, now: () => 0 });
  assertEquals([backoff(), backoff()], [1200, 2400]);
});

Deno.test("two minutes without a failure start the delays anew, waiting does not count", () => {
  let now = 0;
  const backoff = createBackoff({ random: () => 0, now: () => now });
  assertEquals([backoff(), backoff()], [800, 1600]);
  now = 1600 + 119_999;
  assertEquals(backoff(), 3200);
  now += 3200 + 120_000;
  assertEquals(backoff(), 800);
});

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { formatDuration, milliseconds, parseDuration } from "../../lib/spec/duration.ts";

for (
  const [text, expected] of [
    ["500ms", 500],
    ["10s", 10_000],
    ["1m30s", 90_000],
    ["2h", 7_200_000],
    ["1.5s", 1_500],
    ["0", 0],
    ["0s", 0],
    ["", undefined],
    ["10", undefined],
    ["-1s", undefined],
    ["1s1m", undefined],
    ["1 s", undefined],
    ["99999999999999999h", undefined],
  ] as const
) {
  Deno.test(`"${text}" is ${expected === undefined ? "no duration" : `${expected} ms`}`, () => {
    assertEquals(parseDuration(text), expected === undefined ? undefined : milliseconds(expected));
  });
}

Deno.test("a duration is read as it was written", () => {
  fc.assert(fc.property(fc.nat(), (ms) => {
    assertEquals(parseDuration(formatDuration(milliseconds(ms))), milliseconds(ms));
  }));
});

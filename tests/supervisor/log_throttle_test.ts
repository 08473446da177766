import { assert, assertEquals } from "@std/assert";
import { admit, type LogThrottle } from "../../lib/supervisor/log_throttle.ts";

/** What comes of messages at these times in milliseconds: how often each was suppressed, if logged. */
function admissions(
  messages: readonly (readonly [message: string, now: number])[],
): readonly (number | undefined)[] {
  let throttle: LogThrottle = new Map();
  return messages.map(([message, now]) => {
    const admission = admit(throttle, message, now);
    throttle = admission.throttle;
    return admission.suppressed;
  });
}

const everySecond = (message: (second: number) => string) =>
  Array.from({ length: 1_001 }, (_, second) => [message(second), second * 1_000] as const);

Deno.test("an error that lasts is told at once, after 10 s, after a minute, then every five minutes", () => {
  const told = admissions(everySecond(() => "refused"))
    .flatMap((suppressed, second) => suppressed === undefined ? [] : [second]);
  assertEquals(told, [0, 10, 70, 370, 670, 970]);
});

Deno.test("what was suppressed is counted", () => {
  assertEquals(
    admissions([0, 1_000, 2_000, 10_000].map((now) => ["refused", now])),
    [0, undefined, undefined, 2],
  );
});

Deno.test("another error is told at once", () => {
  assertEquals(admissions([["refused", 0], ["forbidden", 1]]), [0, 0]);
});

Deno.test("after five minutes of quiet the same error is news again", () => {
  assertEquals(
    admissions([0, 1_000, 301_000, 302_000].map((now) => ["refused", now])),
    [0, undefined, 0, undefined],
  );
});

Deno.test("an error that is worded differently each time fills neither log nor memory", () => {
  const told = admissions(everySecond((second) => `request ${second} failed`))
    .filter((suppressed) => suppressed !== undefined);
  assert(told.length < 80, `${told.length} of 1001 told`);
});

import { assertEquals } from "@std/assert";
import { type ContactEvent, NO_CONTACT, stepContact } from "../../lib/supervisor/contact.ts";

const START = Date.parse("2026-01-01T00:00:00Z");

/** Plays events, one a second, and gives what is published and logged in the end. */
function play(events: readonly ContactEvent[], every = 1_000) {
  let state = NO_CONTACT;
  const lines: unknown[] = [];
  for (const [index, event] of events.entries()) {
    const now = index * every;
    const next = stepContact(state, event, { now, date: START + now });
    state = next.state;
    for (const effect of next.effects) {
      if (effect.kind === "log") lines.push([now / 1_000, effect.message, effect.fields]);
    }
  }
  return { contact: state.contact, lines };
}

const failed: ContactEvent = { kind: "failed", message: "refused", retryInMs: 800.4 };
const listed: ContactEvent = { kind: "answered", watching: false };
const watching: ContactEvent = { kind: "answered", watching: true };

Deno.test("a failure is published with its next try, and logged", () => {
  assertEquals(play([failed]), {
    contact: {
      last: undefined,
      nextRetry: "2026-01-01T00:00:00.800Z",
      error: "refused",
      over: false,
    },
    lines: [[0, "refused", { retryInMs: 800, suppressed: 0 }]],
  });
});

Deno.test("an answer to a list is a contact, and no proof that all is well", () => {
  assertEquals(play([failed, listed]).contact, {
    last: "2026-01-01T00:00:01.000Z",
    nextRetry: undefined,
    error: "refused",
    over: false,
  });
});

Deno.test("an open watch ends the error, which is told once and only where it was told", () => {
  const { contact, lines } = play([watching, failed, watching, watching]);
  assertEquals(contact.error, undefined);
  assertEquals(lines.slice(1), [[2, "the API server answers again", undefined]]);
});

Deno.test("a failure that comes and goes is told at a falling rate, and so is its end", () => {
  const { lines } = play(Array.from({ length: 500 }, () => [failed, watching]).flat());
  assertEquals(lines, [
    [0, "refused", { retryInMs: 800, suppressed: 0 }],
    [1, "the API server answers again", undefined],
    [10, "refused", { retryInMs: 800, suppressed: 4 }],
    [11, "the API server answers again", undefined],
    [70, "refused", { retryInMs: 800, suppressed: 29 }],
    [71, "the API server answers again", undefined],
    [370, "refused", { retryInMs: 800, suppressed: 149 }],
    [371, "the API server answers again", undefined],
    [670, "refused", { retryInMs: 800, suppressed: 149 }],
    [671, "the API server answers again", undefined],
    [970, "refused", { retryInMs: 800, suppressed: 149 }],
    [971, "the API server answers again", undefined],
  ]);
});

Deno.test("who asks no more has no next try", () => {
  const { contact } = play([failed, { kind: "over" }]);
  assertEquals([contact.over, contact.nextRetry], [true, undefined]);
  assertEquals(play([failed, { kind: "over" }, { kind: "begun" }]).contact.over, false);
});

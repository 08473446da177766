import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { FailureKind } from "../../lib/kubernetes/failure.ts";
import { next, NOTHING_ASKED, type RequestOutcome } from "../../lib/kubernetes/retry.ts";

/** Plays outcomes, each `every` milliseconds after the wait that the one before led to. */
function play(outcomes: readonly RequestOutcome[], { every = 0, random = 0 } = {}) {
  let state = NOTHING_ASKED;
  let now = 0;
  const waits: number[] = [];
  for (const outcome of outcomes) {
    now += every;
    const step = next(state, outcome, { now, random });
    state = step.state;
    waits.push(step.afterMs);
    now += step.afterMs;
  }
  return { state, waits, now, asks: state.resourceVersion ?? "list" };
}

const listed: RequestOutcome = { kind: "listed", resourceVersion: "7" };
const answered: RequestOutcome = { kind: "answered" };

function failed(
  kind: FailureKind,
  { watching = false, lastedMs = 0, retryAfterMs = undefined as number | undefined } = {},
): RequestOutcome {
  return { kind: "failed", failure: { kind, retryAfterMs }, watching, lastedMs };
}

const afterWatch: readonly (readonly [
  what: string,
  outcome: RequestOutcome,
  asks: string,
  wait: number,
])[] = [
  ["a lost connection", failed("cut", { watching: true, lastedMs: 5_000 }), "7", 800],
  ["one lost at once", failed("cut", { watching: true, lastedMs: 999 }), "list", 800],
  ["an expired version", failed("relist", { watching: true }), "list", 0],
  ["an expired token", failed("unauthorized", { watching: true }), "7", 0],
  ["a missing rule", failed("forbidden", { watching: true }), "list", 800],
  ["nonsense", failed("broken", { watching: true }), "list", 800],
  ["a namespace that is not there", failed("notFound", { watching: true }), "list", 800],
  ["no answer", failed("retry", { watching: true }), "7", 800],
  [
    "a server that asks for patience",
    failed("retry", { watching: true, retryAfterMs: 7_000 }),
    "7",
    7_000,
  ],
  ["an ordinary end", { kind: "watched", lastedMs: 300_000, events: 0 }, "7", 0],
  ["an end at once", { kind: "watched", lastedMs: 999, events: 1 }, "7", 800],
  ["an end at once that told nothing", { kind: "watched", lastedMs: 999, events: 0 }, "list", 800],
];

for (const [what, outcome, asks, wait] of afterWatch) {
  Deno.test(`a watch is followed after ${what} by ${asks === "7" ? "a watch" : "a list"}`, () => {
    const played = play([answered, listed, outcome]);
    assertEquals([played.asks, played.waits.at(-1)], [asks, wait]);
  });
}

Deno.test("until the API server has answered once, refused requests are made again soon", () => {
  const refused = Array<RequestOutcome>(4).fill(failed("retry"));
  assertEquals(play(refused).waits, [100, 200, 400, 800]);
  assertEquals(play([answered, ...refused]).waits.slice(1), [800, 1600, 3200, 6400]);
});

Deno.test("what is put right without a delay is so once a minute at most", () => {
  const expired = Array<RequestOutcome>(3).fill(failed("relist"));
  assertEquals(play(expired, { every: 20_000 }).waits, [0, 800, 1600]);
  assertEquals(play(expired, { every: 60_000 }).waits, [0, 0, 0]);
});

Deno.test("a rule that is missing is noticed within five seconds of its creation", () => {
  const forbidden = Array<RequestOutcome>(50).fill(failed("forbidden"));
  assert(play(forbidden, { random: 0.999 }).waits.every((wait) => wait <= 5_000));
});

Deno.test("where watches are forbidden the pod is listed less and less often, and at once after a change", () => {
  const forbidden = failed("forbidden", { watching: true });
  const lists = Array<RequestOutcome>(6).fill(listed);
  const { waits } = play([answered, listed, forbidden, ...lists, { kind: "changed" }, listed]);
  assertEquals(waits.slice(3), [1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 0, 1_000]);
});

Deno.test("where watches are forbidden one is tried again after thirty lists", () => {
  const forbidden = failed("forbidden", { watching: true });
  const lists = (count: number) => Array<RequestOutcome>(count).fill(listed);
  assertEquals(play([answered, listed, forbidden, ...lists(29)]).asks, "list");
  assertEquals(play([answered, listed, forbidden, ...lists(30)]).asks, "7");
});

Deno.test("what cannot be watched is listed again and again", () => {
  const got: RequestOutcome = { kind: "listed", resourceVersion: undefined };
  const { waits, asks } = play([answered, got, got, got]);
  assertEquals([asks, ...waits.slice(1)], ["list", 1_000, 2_000, 4_000]);
});

Deno.test("a list comes again after ten to fifteen minutes of watches that told nothing", () => {
  const ended: RequestOutcome = { kind: "watched", lastedMs: 300_000, events: 0 };
  const asks = (random: number, watches: number) =>
    play([answered, listed, ...Array<RequestOutcome>(watches).fill(ended)], {
      every: 300_000,
      random,
    }).asks;
  assertEquals([asks(0, 2), asks(0, 3)], ["7", "list"]);
  assertEquals([asks(0.999, 2), asks(0.999, 3)], ["7", "list"]);
});

const outcomes: fc.Arbitrary<RequestOutcome> = fc.oneof(
  fc.constantFrom<RequestOutcome>(answered, listed, { kind: "changed" }, { kind: "absent" }),
  fc.record({ kind: fc.constant("listed" as const), resourceVersion: fc.constant(undefined) }),
  fc.record({
    kind: fc.constant("watched" as const),
    lastedMs: fc.integer({ min: 0, max: 600_000 }),
    events: fc.nat(3),
  }),
  fc.tuple(
    fc.constantFrom<FailureKind>(
      ...["retry", "cut", "relist", "unauthorized", "forbidden", "broken", "notFound"] as const,
    ),
    fc.boolean(),
    fc.integer({ min: 0, max: 2_000 }),
  ).map(([kind, watching, lastedMs]) => failed(kind, { watching, lastedMs })),
);

Deno.test("no order of failures leads to a storm of requests, nor to more than a minute of silence", () => {
  fc.assert(fc.property(
    fc.array(outcomes, { maxLength: 200 }),
    fc.double({ min: 0, max: 0.999, noNaN: true }),
    (happened, random) => {
      const { waits } = play(happened, { random });
      assert(waits.every((wait) => wait <= 60_000));
      const atOnce = happened.filter((outcome, index) =>
        outcome.kind === "failed" && waits[index] === 0
      );
      // One of each kind: no time passes here but for the waits, and what is repeated waits.
      const minutes = waits.reduce((sum, wait) => sum + wait, 0) / 60_000;
      assert(atOnce.length <= 2 * (minutes + 1), `${atOnce.length} in ${minutes} minutes`);
    },
  ));
});

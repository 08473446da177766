import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Duration, seconds } from "../../lib/spec/duration.ts";
import { ALONE } from "./play.ts";
import { BOTH_RUN, deleted, mainIs, seen, SERVES, signalled } from "./sidecar.ts";
import { type Happening, playTimeline, saidAs, sentAt } from "./timeline.ts";

const MAIN = { kind: "container", container: "main" } as const;
const TERM = signalled("SIGTERM");

/** When a sidecar is told to stop whose main never ends. */
function toldAt(...happenings: readonly (readonly [number, Happening])[]): readonly string[] {
  return sentAt(playTimeline(SERVES, [...BOTH_RUN, ...happenings]));
}

Deno.test("a held signal is delivered when the rest of the grace period is needed", () => {
  const played = playTimeline(SERVES, [...BOTH_RUN, [1_000, deleted(1_000)], [1_010, TERM]]);
  assertEquals(sentAt(played), ["23500 SIGTERM process"]);
  assertEquals(saidAs(played, "warning"), [
    "the grace period is needed for the own stop: waiting no longer",
  ]);
});

Deno.test("the own stop is given its term timeout, at most a quarter of the grace period", () => {
  const quick = { ...SERVES, termTimeout: seconds(3) };
  const played = playTimeline(quick, [...BOTH_RUN, [1_000, deleted(1_000)], [1_010, TERM]]);
  assertEquals(sentAt(played), ["28000 SIGTERM process"]);
});

Deno.test("what a preStop hook has used of the grace period is not waited for again", () => {
  assertEquals(toldAt([0, deleted(0)], [20_000, TERM]), ["22500 SIGTERM process"]);
  assertEquals(toldAt([0, deleted(0)], [27_000, TERM]), ["27000 SIGTERM process"]);
});

Deno.test("a deletion with a grace period of its own counts, whenever it becomes known", () => {
  const stopping = mainIs({ phase: "stopping" });
  assertEquals(toldAt([0, deleted(0, 8)], [10, TERM]), ["6000 SIGTERM process"]);
  assertEquals(
    toldAt([0, TERM], [10, stopping], [500, deleted(0, 8)]),
    ["6000 SIGTERM process"],
    "after a sibling's word",
  );
  assertEquals(
    toldAt([0, TERM], [10, stopping], [7_000, deleted(0, 8)]),
    ["7000 SIGTERM process"],
    "when nothing is left to wait for",
  );
});

Deno.test("a stop delay is no longer than the pod lives", () => {
  const slow = { ...SERVES, stopDelay: seconds(20) };
  const told = (...happenings: readonly (readonly [number, Happening])[]) =>
    sentAt(playTimeline(slow, [[0, seen()], ...happenings]));
  assertEquals(told([0, deleted(0)], [10, TERM]), ["20010 SIGTERM process"]);
  assertEquals(told([0, deleted(0, 8)], [10, TERM]), ["6000 SIGTERM process"]);
  assertEquals(told([0, TERM], [3_000, deleted(0, 8)]), ["6000 SIGTERM process"], "known later");
  assertEquals(told([0, deleted(0)], [10, TERM], [5_000, deleted(0, 15)]), [
    "13000 SIGTERM process",
  ], "a second deletion");
  assertEquals(told([0, deleted(0)], [25_000, TERM]), ["28000 SIGTERM process"], "a preStop hook");
  const alone = sentAt(playTimeline({ stopDelay: seconds(45) }, [[10, TERM]]));
  assertEquals(alone, ["45010 SIGTERM process"], "nobody has said how long the pod lives");
});

Deno.test("a second deletion with less time moves the end, and none moves it back", () => {
  const twice = toldAt([0, deleted(0, 60)], [10, TERM], [5_000, deleted(0, 20)]);
  assertEquals(twice, ["15000 SIGTERM process"]);
  const back = toldAt([0, deleted(0, 20)], [10, TERM], [5_000, deleted(0, 60)]);
  assertEquals(back, ["5000 SIGTERM process"], "a quarter of 60 s is needed, 20 are there");
});

Deno.test("clocks that differ cost neither the order nor the own stop", () => {
  for (const ahead of [-3_600_000, -120_000, -5_000, 5_000, 120_000, 3_600_000]) {
    const [told = ""] = toldAt([0, deleted(ahead)], [10, TERM]);
    const at = Number.parseInt(told);
    assert(at >= 17_000 && at <= 22_510, `${told} where the API server's clock is ${ahead} ms off`);
  }
});

Deno.test("without the API server a held signal has the kubelet's default grace period", () => {
  const played = playTimeline(SERVES, [
    [0, mainIs({ phase: "running" })],
    [0, TERM],
    [10, mainIs({ phase: "stopping" })],
  ]);
  assertEquals(sentAt(played), ["22500 SIGTERM process"]);
});

Deno.test("without the API server a held signal has the grace period that a variable says", () => {
  const told = (gracePeriod: Duration) =>
    sentAt(
      playTimeline(SERVES, [
        [0, mainIs({ phase: "running" })],
        [0, TERM],
        [10, mainIs({ phase: "stopping" })],
      ], { sources: { ...ALONE, gracePeriod } }),
    );
  assertEquals(told(seconds(8)), ["6000 SIGTERM process"]);
  assertEquals(told(seconds(120)), ["90000 SIGTERM process"]);
});

Deno.test("a stop delay is no longer than a grace period that is known without asking", () => {
  const delay = { stopDelay: seconds(45) };
  const sources = { ...ALONE, gracePeriod: seconds(20) };
  const said = sentAt(playTimeline(delay, [[10, TERM]], { sources }));
  assertEquals(said, ["18010 SIGTERM process"], "by the variable");
  const waited = { ...delay, startDeps: [{ ...MAIN, until: "started", optional: false }] } as const;
  const once = seen((pod) => ({
    ...pod,
    spec: { containers: [], ...pod.spec, terminationGracePeriodSeconds: 10 },
  }));
  const seenOnce = sentAt(playTimeline(waited, [[0, once], [1_000, TERM]]));
  assertEquals(seenOnce, ["9000 SIGTERM process"], "by the pod, seen while waiting");
});

Deno.test("whatever the order of news, a command is told in time and only once", () => {
  const times = fc.record({
    grace: fc.integer({ min: 4, max: 3_600 }),
    preStop: fc.double({ min: 0, max: 1, noNaN: true }),
    newsLate: fc.integer({ min: 0, max: 1_000 }),
    wordLate: fc.integer({ min: 0, max: 1_000 }),
    skew: fc.integer({ min: 0, max: 9_000 }),
    seenBefore: fc.boolean(),
    delay: fc.integer({ min: 0, max: 60 }),
  });
  fc.assert(
    fc.property(times, ({ grace, preStop, newsLate, wordLate, skew, seenBefore, delay }) => {
      const killed = grace * 1_000;
      // The kubelet gives a container two seconds, however much its hook has used.
      const signalAt = Math.round(preStop * (killed - 2_000));
      const happenings = [
        [newsLate, deleted(-skew, grace)] as const,
        [signalAt, TERM] as const,
        [signalAt + wordLate, mainIs({ phase: "stopping" })] as const,
      ].toSorted(([one], [other]) => one - other);
      const before = seenBefore ? BOTH_RUN : BOTH_RUN.slice(1);
      const spec = { ...SERVES, stopDelay: seconds(delay) };
      const sent = sentAt(playTimeline(spec, [...before, ...happenings]));
      assertEquals(sent.length, 1);
      const at = Number.parseInt(sent[0] ?? "");
      const latest = Math.max(killed - 2_000, signalAt, newsLate);
      assert(
        at >= signalAt && at <= latest + 1,
        `told at ${at} of ${killed}, signalled ${signalAt}`,
      );
    }),
  );
});

Deno.test("a pod that ends without being deleted stops in order as well", () => {
  const failed = seen((pod) => ({ ...pod, status: { ...pod.status, phase: "Failed" } }));
  const evicted = seen((pod) => ({
    ...pod,
    status: { ...pod.status, conditions: [{ type: "DisruptionTarget", status: "True" }] },
  }));
  for (const evidence of [failed, evicted, mainIs({ phase: "stopping" })]) {
    assertEquals(toldAt([0, TERM], [10, evidence]), ["22500 SIGTERM process"]);
    assertEquals(toldAt([0, evidence], [10, TERM]), ["22510 SIGTERM process"]);
  }
});

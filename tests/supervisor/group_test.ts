import { assertEquals, assertMatch } from "@std/assert";
import { seconds } from "../../lib/spec/duration.ts";
import type { Spec } from "../../lib/spec/spec.ts";
import { ALONE } from "./play.ts";
import { BOTH_RUN, deleted, exited, mainIs, SERVES, signalled } from "./sidecar.ts";
import { type Happening, playTimeline, saidAs, sentAt } from "./timeline.ts";
import { ended, pod, ready } from "../../tools/scripted_cluster/pods.ts";

const group: Partial<Spec> = { killMode: "group", handOver: false, termTimeout: seconds(10) };
const TERM = signalled("SIGTERM");
const groupEnded: Happening = () => ({ kind: "groupEnded" });

function exits(played: ReturnType<typeof playTimeline>): readonly string[] {
  return played.deeds.flatMap(({ at, effect }) =>
    effect.kind === "exit" ? [`${at} ${effect.code}`] : []
  );
}

Deno.test("what is left of a group that was signalled has time to end", () => {
  const played = playTimeline(group, [[0, TERM], [100, exited(143, true)], [3_000, groupEnded]]);
  assertEquals(sentAt(played), ["0 SIGTERM group", "3000 SIGKILL group"]);
  assertEquals(exits(played), ["3000 143"]);
});

Deno.test("what does not end in that time is killed", () => {
  const played = playTimeline(group, [[0, TERM], [100, exited(0, true)]]);
  assertEquals(sentAt(played), ["0 SIGTERM group", "10100 SIGKILL group"]);
  assertEquals(exits(played), ["10100 0"]);
});

Deno.test("it has no more time than the pod has", () => {
  const spec = { ...group, ...SERVES };
  const played = playTimeline(spec, [
    ...BOTH_RUN,
    [0, deleted(0, 8)],
    [10, TERM],
    [20, TERM],
    [100, exited(0, true)],
  ]);
  assertEquals(sentAt(played), ["20 SIGTERM group", "6000 SIGKILL group"]);
});

Deno.test("what a command that ended by itself leaves in its group is told to end", () => {
  const played = playTimeline(group, [[100, exited(0, true)], [3_000, groupEnded]]);
  assertEquals(sentAt(played), ["100 SIGTERM group", "3000 SIGKILL group"]);
});

Deno.test("signals reach what is left of the group", () => {
  const played = playTimeline(group, [[100, exited(0, true)], [200, signalled("SIGHUP")]]);
  assertEquals(sentAt(played)[1], "200 SIGHUP group");
});

Deno.test("a stop for a dependency gives the group its time and keeps its exit code", () => {
  const spec = { ...group, ...SERVES };
  const over: Happening = (at) => ({
    kind: "podObserved",
    pod: pod([ended("main", 0), ready("side")]),
    at,
  });
  const played = playTimeline(spec, [
    ...BOTH_RUN,
    [0, over],
    [100, exited(143, true)],
    [3_000, groupEnded],
  ]);
  assertEquals(sentAt(played), ["0 SIGTERM group", "3000 SIGKILL group"]);
  assertEquals(exits(played), ["3000 0"]);
});

Deno.test("in the other modes nobody is waited for, and what is left behind is told", () => {
  for (
    const [killMode, sent, line] of [
      ["mixed", ["100 SIGKILL group"], /its process group are killed/],
      ["process", [], /they end with the container/],
    ] as const
  ) {
    const played = playTimeline({ ...group, killMode }, [[100, exited(0, true)]]);
    assertEquals(sentAt(played), sent);
    assertEquals(exits(played), ["100 0"]);
    assertMatch(saidAs(played, "info").join("\n"), line);
  }
});

Deno.test("a command that is launched again knows what was told while its group ended", () => {
  const restart = { policy: "onFailure", maxRetries: undefined, backoff: seconds(1) } as const;
  const spec: Partial<Spec> = { ...group, ...SERVES, restart, termTimeout: seconds(30) };
  const played = playTimeline(spec, [
    [0, mainIs({ phase: "running" })],
    [1_000, exited(1, true)],
    [1_500, mainIs({ phase: "ended", exitCode: 1 })],
    [20_000, groupEnded],
  ], { sources: ALONE });
  assertEquals(exits(played), ["20000 1"], "main has failed for good, since no new run came");
});

Deno.test("what was told while the group ended is judged before the pause of a restart, however long that is", () => {
  const restart = { policy: "always", maxRetries: undefined, backoff: seconds(200) } as const;
  const played = playTimeline({ ...group, ...SERVES, restart }, [
    ...BOTH_RUN,
    [1_000, exited(1, true)],
    [1_500, (at) => ({ kind: "podObserved", pod: pod([ended("main", 0), ready("side")]), at })],
    [3_000, groupEnded],
  ]);
  assertEquals(exits(played), ["3000 0"]);
});

import { assertEquals } from "@std/assert";
import { seconds } from "../../lib/spec/duration.ts";
import type { Spec } from "../../lib/spec/spec.ts";
import { quitCall } from "./play.ts";
import { BOTH_RUN, deleted, exited, mainIs, seen, SERVES, signalled } from "./sidecar.ts";
import { ended, pod, ready } from "../../tools/scripted_cluster/pods.ts";
import { type Happening, playTimeline, sentAt } from "./timeline.ts";

const lingers: Partial<Spec> = { ...SERVES, stopLinger: seconds(5) };
const TERM = signalled("SIGTERM");
const over = mainIs({ phase: "ended", exitCode: 0 });
const jobOver: Happening = (at) => ({
  kind: "podObserved",
  pod: pod([ended("main", 0), ready("side")]),
  at,
});

/** Up to the signal that asks; what follows is the escalation. */
function asked(spec: Partial<Spec>, ...happenings: readonly (readonly [number, Happening])[]) {
  return sentAt(playTimeline(spec, [...BOTH_RUN, ...happenings]))[0];
}

function exitCode(spec: Partial<Spec>, ...happenings: readonly (readonly [number, Happening])[]) {
  return playTimeline(spec, [...BOTH_RUN, ...happenings]).deeds.flatMap(({ at, effect }) =>
    effect.kind === "exit" ? [`${at} ${effect.code}`] : []
  )[0];
}

Deno.test("a command has its linger after the end of what it serves", () => {
  assertEquals(asked(lingers, [1_000, jobOver]), "6000 SIGTERM process");
  assertEquals(asked(SERVES, [1_000, jobOver]), "1000 SIGTERM process");
});

Deno.test("its own end cuts the linger short, and is its own", () => {
  assertEquals(exitCode(lingers, [1_000, jobOver], [2_000, exited(3)]), "2000 3");
  assertEquals(exitCode(lingers, [1_000, jobOver], [7_000, exited(3)]), "7000 0");
});

Deno.test("a signal from outside waits for the linger, a second one does not", () => {
  assertEquals(asked(lingers, [1_000, jobOver], [2_000, TERM]), "6000 SIGTERM process");
  assertEquals(
    asked(lingers, [1_000, jobOver], [2_000, TERM], [3_000, TERM]),
    "3000 SIGTERM process",
  );
  const quit = signalled("SIGQUIT");
  assertEquals(asked(lingers, [1_000, jobOver], [2_000, quit]), "6000 SIGQUIT process");
});

Deno.test("a command lingers in a deletion too, no longer than its own stop allows", () => {
  const deletion = [[0, deleted(0)], [10, TERM]] as const;
  assertEquals(asked(lingers, ...deletion, [4_000, over]), "9000 SIGTERM process");
  assertEquals(asked(lingers, ...deletion, [20_000, over]), "22500 SIGTERM process");
  assertEquals(
    asked(lingers, ...deletion, [4_000, over], [5_000, deleted(0, 8)]),
    "6000 SIGTERM process",
    "a deadline that moves",
  );
});

Deno.test("nobody lingers who was told to stop already", () => {
  const played = playTimeline(lingers, [
    ...BOTH_RUN,
    [0, deleted(0)],
    [10, TERM],
    [20, TERM],
    [4_000, over],
  ]);
  assertEquals(
    sentAt(played),
    ["20 SIGTERM process", "34000 SIGKILL group"],
    "nor is it told twice",
  );
});

Deno.test("a sibling's restart after its end takes nothing back", () => {
  const back = seen();
  assertEquals(asked(lingers, [1_000, jobOver], [2_000, back]), "6000 SIGTERM process");
});

Deno.test("after a stop action that has succeeded the command has a second to end", () => {
  const actions: readonly Spec["whenStopDepExited"][] = [
    { kind: "http", call: quitCall(1) },
    { kind: "exec", command: ["drain"] },
  ];
  for (const whenStopDepExited of actions) {
    const spec = { ...SERVES, whenStopDepExited, termTimeout: seconds(10) };
    const done: Happening = () => ({ kind: "stopActionEnded", ok: true, detail: "" });
    assertEquals(
      sentAt(playTimeline(spec, [...BOTH_RUN, [1_000, jobOver], [4_000, done]])),
      ["5000 SIGTERM process", "15000 SIGKILL group"],
    );
    assertEquals(
      asked(spec, [1_000, jobOver]),
      "11000 SIGTERM process",
      "an action that never ends",
    );
    const failed: Happening = () => ({ kind: "stopActionEnded", ok: false, detail: "" });
    assertEquals(asked(spec, [1_000, jobOver], [4_000, failed]), "4000 SIGTERM process");
  }
});

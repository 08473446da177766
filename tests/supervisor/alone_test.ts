import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Spec } from "../../lib/spec/spec.ts";
import type { Event, TimerName } from "../../lib/supervisor/events.ts";
import type { Command, Phase, Relations } from "../../lib/supervisor/report.ts";
import type { RestartPolicy } from "../../lib/supervisor/state.ts";
import { ALONE, BOTH, exitCodes, launches, play as playWith, signals } from "./play.ts";
import { ended as endedStatus, pod, ready, unready } from "../../tools/scripted_cluster/pods.ts";
import { report } from "./reports.ts";

const proxy: Partial<Spec> = { stopDeps: [{ container: "main", when: "final" }] };
const AT = Date.parse("2026-01-01T00:00:30Z");

function waits(until: "started" | "ready" | "succeeded" | "terminated", optional = false) {
  const startDeps = [{ kind: "container", container: "main", until, optional }] as const;
  return { startDeps } satisfies Partial<Spec>;
}

function play(spec: Partial<Spec>, events: readonly Event[], restartPolicy?: RestartPolicy) {
  return playWith(spec, events, "proxy", { ...ALONE, restartPolicy });
}

function told(phase: Phase, more: Partial<Command & Relations> = {}, container = "main"): Event {
  return { kind: "siblingReported", container, report: report(phase, more), at: AT };
}

const running = told({ phase: "running" });
const held = told({ phase: "waiting" });
const over = (exitCode: number) => told({ phase: "ended", exitCode });
const gone = (exitCode?: number): Event => ({ kind: "siblingEnded", container: "main", exitCode });
const fired = (timer: TimerName): Event => ({ kind: "timerFired", timer });
const term: Event = { kind: "signalled", signal: "SIGTERM", at: 0 };
const killed: Event = { kind: "childExited", end: { kind: "signalled", signal: 15 } };

for (
  const [what, events, until, launched] of [
    ["has said nothing", [], "ready", 0],
    ["is held back", [held], "started", 0],
    ["is held back", [held], "ready", 0],
    ["was launched", [running], "started", 1],
    ["was launched and has no check of its readiness", [running], "ready", 1],
    ["is not ready", [told({ phase: "running" }, { ready: false, checked: true })], "ready", 0],
    ["is ready", [told({ phase: "running" }, { ready: true, checked: true })], "ready", 1],
    ["is told to stop", [told({ phase: "stopping" })], "ready", 0],
    ["succeeded", [running, over(0)], "succeeded", 1],
    ["failed", [running, over(1)], "succeeded", 0],
    ["failed", [running, over(1)], "terminated", 1],
    ["was killed", [running, gone()], "terminated", 1],
    ["ended, having run", [over(0)], "started", 1],
    ["ended, having been held back", [held, gone()], "started", 0],
  ] satisfies readonly (readonly [string, readonly Event[], Parameters<typeof waits>[0], number])[]
) {
  const does = launched === 1 ? "is launched" : "waits";
  Deno.test(`without the API server a command ${does} that waits until a sibling is ${until} which ${what}`, () => {
    assertEquals(launches(play(waits(until), events)), launched);
  });
}

Deno.test("without the API server a sibling that has succeeded stops its sidecar at once", () => {
  assertEquals(signals(play(proxy, [running, over(0)])), ["SIGTERM"]);
  assertEquals(exitCodes(play(proxy, [running, over(0), killed])), [0]);
});

Deno.test("without the API server a sidecar outlives a failure that is followed by a new run", () => {
  const failed = [running, over(1), held, running];
  assertEquals(signals(play(proxy, [...failed, fired("newRun")])), []);
  assertEquals(signals(play(proxy, [...failed, over(0)])), ["SIGTERM"]);
});

Deno.test("without the API server a failure that no new run follows stops the sidecar, which fails with it", () => {
  const over9 = [running, over(9), fired("newRun")];
  assertEquals(signals(play(proxy, over9)), ["SIGTERM"]);
  assertEquals(exitCodes(play(proxy, [...over9, killed])), [9]);
  const declared = { ...proxy, stopDeps: [{ container: "main", when: "final", exitCode: 0 }] };
  assertEquals(exitCodes(play(declared as Partial<Spec>, [...over9, killed])), [0]);
});

Deno.test("a new run is given the kubelet's own pauses before a restart", () => {
  const times = (events: readonly Event[]) =>
    play(proxy, events).effects.flatMap((effect) =>
      effect.kind === "setTimer" && effect.timer === "newRun" ? [effect.after / 1_000] : []
    );
  const failures = Array.from({ length: 9 }, () => [running, over(1)]).flat();
  assertEquals(times(failures), [10, 20, 30, 50, 90, 170, 310, 310, 310]);
});

Deno.test("a failure from before this supervisor came is given the kubelet's longest pause", () => {
  const times = (exitCode: number) =>
    play(waits("ready"), [over(exitCode)]).effects.flatMap((effect) =>
      effect.kind === "setTimer" && effect.timer === "newRun" ? [effect.after / 1_000] : []
    );
  assertEquals(times(1), [310]);
  assertEquals(times(0), [10]);
});

Deno.test("an end that was taken for the last one is none once a new run has begun", () => {
  const both: Partial<Spec> = {
    stopDeps: [{ container: "main", when: "final" }, { container: "other", when: "final" }],
    stopWhen: "all",
  };
  const other = (phase: Phase) => told(phase, {}, "other");
  const both0 = [running, other({ phase: "running" }), over(9), fired("newRun")];
  const otherOver = other({ phase: "ended", exitCode: 0 });
  assertEquals(signals(play(both, [...both0, otherOver])), ["SIGTERM"]);
  assertEquals(signals(play(both, [...both0, held, running, otherOver])), []);
  assertEquals(signals(play(both, [...both0, held, running, otherOver, over(0)])), ["SIGTERM"]);
});

Deno.test("a killed supervisor's end is a failure, that of a command that was handed over to is unknown", () => {
  const handed = told({ phase: "running" }, { handedOver: true });
  assertEquals(exitCodes(play(proxy, [running, gone(), fired("newRun"), killed])), [137]);
  assertEquals(exitCodes(play(proxy, [handed, gone(), fired("newRun"), killed])), [0]);
  assertEquals(signals(play(proxy, [handed, gone()])), []);
});

for (
  const [policy, exitCode, stopped] of [
    ["Never", 0, true],
    ["Never", 1, true],
    ["OnFailure", 0, true],
    ["OnFailure", 1, false],
    ["Always", 0, false],
    ["Always", 1, false],
  ] as const
) {
  Deno.test(`with KOORDINATOR_RESTART_POLICY=${policy} an end with ${exitCode} is ${stopped ? "" : "not "}final at once`, () => {
    const played = play(proxy, [running, over(exitCode)], policy);
    assertEquals(signals(played).length, stopped ? 1 : 0);
    if (stopped) {
      assertEquals(exitCodes(play(proxy, [running, over(exitCode), killed], policy)), [0]);
    }
  });
}

Deno.test("an end from before this supervisor came is given the time of a new run", () => {
  const before: Event = {
    ...{ kind: "siblingEnded", container: "main", exitCode: 0 },
    last: { report: report({ phase: "ended", exitCode: 0 }), at: AT },
  };
  assertEquals(signals(play(proxy, [before])), []);
  assertEquals(signals(play(proxy, [before, running, fired("newRun")])), []);
  assertEquals(signals(play(proxy, [before, fired("newRun")])), ["SIGTERM"]);
});

Deno.test("what ends too early for good ends the wait with 121", () => {
  const early = [running, told({ phase: "stopping" })];
  const slow = { ...waits("succeeded"), stopDeps: [] };
  assertEquals(exitCodes(play(slow, [...early, over(3)])), []);
  assertEquals(exitCodes(play(slow, [...early, over(3), fired("newRun")])), [121]);
  assertEquals(exitCodes(play(slow, [...early, over(3)], "Never")), [121]);
});

for (
  const [policy, events, why] of [
    [
      undefined,
      [over(3)],
      "3; given 10s to run again, as no KOORDINATOR_RESTART_POLICY says whether it will",
    ],
    [
      undefined,
      [over(3), running, over(3)],
      "3; given 20s to run again, as no KOORDINATOR_RESTART_POLICY says whether it will",
    ],
    [
      "OnFailure",
      [told({ phase: "running" }, { handedOver: true }), gone()],
      "unknown; given 10s to run again, as no KOORDINATOR_RESTART_POLICY says whether it will",
    ],
    ["OnFailure", [over(3)], "3"],
    ["Always", [over(3)], "3"],
  ] as const
) {
  Deno.test(`a wait on after an end with ${why} says so, policy ${policy}`, () => {
    const slow = { ...waits("succeeded"), stopDeps: [] };
    const { effects } = play(slow, [running, ...events, fired("progress")], policy);
    const lines = effects.flatMap((effect) => effect.kind === "log" ? [effect.message] : []);
    const what = `main until succeeded (ended, exit code ${why})`;
    assertEquals(lines.at(-1), `still waiting for ${what} after 10s`);
  });
}

Deno.test("a cycle is found in what the siblings say of whom they wait for", () => {
  const startDeps = [{ container: "proxy", until: "ready" }] as const;
  const played = play(waits("ready"), [told({ phase: "waiting" }, { startDeps })]);
  assertEquals(exitCodes(played), [121]);
  const exit = played.effects.find(({ kind }) => kind === "exit");
  assertStringIncludes(JSON.stringify(exit), "proxy -> main -> proxy");
});

Deno.test("on deletion a sidecar stops after whom it serves, whatever the exit code", () => {
  const stopping = told({ phase: "stopping" });
  for (const end of [over(143), over(0), gone()]) {
    assertEquals(signals(play(proxy, [running, term, stopping])), []);
    assertEquals(signals(play(proxy, [running, term, stopping, end])), ["SIGTERM"]);
  }
});

Deno.test("a container whose end matters to a sibling stays in front of its command to tell it", () => {
  const file: Partial<Spec> = { startDeps: [{ kind: "file", path: "/go" }] };
  const open: Event = { kind: "dependencyProbed", index: 0, open: true };
  const kinds = (events: readonly Event[], spec = file, sources = BOTH) =>
    playWith(spec, events, "main", sources).effects.map(({ kind }) => kind)
      .filter((kind) => kind === "launch" || kind === "handOver");
  const serves = told({ phase: "running" }, { stopDeps: ["main"] }, "proxy");
  const awaits = told(
    { phase: "waiting" },
    { startDeps: [{ container: "main", until: "succeeded" }] },
    "proxy",
  );
  assertEquals(kinds([open]), ["handOver"]);
  assertEquals(kinds([open], file, ALONE), ["launch"]);
  assertEquals(kinds([open], { ...file, handOver: true }, ALONE), ["handOver"]);
  assertEquals(kinds([serves, open], { ...file, handOver: true }, ALONE), ["launch"]);
  assertEquals(kinds([serves, open]), ["launch"]);
  assertEquals(kinds([awaits, open]), ["launch"]);
});

Deno.test("an optional sibling that is not heard of in time is taken not to be there", () => {
  assertEquals(launches(play(waits("ready", true), [])), 0);
  assertEquals(launches(play(waits("ready", true), [fired("listening")])), 1);
  assertEquals(launches(play(waits("ready", true), [held, fired("listening")])), 0);
});

Deno.test("silence is told after ten seconds, with who is there", () => {
  const other = told({ phase: "running" }, {}, "shipper");
  const warnings = (spec: Partial<Spec>, events: readonly Event[]) =>
    play(spec, events).effects.flatMap((effect) =>
      effect.kind === "log" && effect.level === "warning" ? [effect.message] : []
    );
  const [line, ...more] = warnings(waits("ready"), [other, fired("listening")]);
  assertEquals(more, []);
  assertStringIncludes(line ?? "", "nothing is heard of main: is koordinator in front of its");
  assertStringIncludes(line ?? "", "/koordinator/.koordinator");
  assertStringIncludes(line ?? "", "there are: shipper");
  assertEquals(warnings(proxy, [fired("listening")]).length, 1);
  assertEquals(warnings(waits("ready"), [held, fired("listening")]), []);
});

Deno.test("a wait is told at once, then with how long and what is missing", () => {
  const lines = play(waits("ready"), [fired("progress"), held, fired("progress")]).effects
    .flatMap((effect) => effect.kind === "log" ? [effect.message] : []);
  assertEquals(lines, [
    "waiting for main (nothing heard of it in the state directory)",
    "still waiting for main (nothing heard of it in the state directory) after 10s",
    "still waiting for main (held by koordinator) after 30s",
  ]);
});

const both = (spec: Partial<Spec>, events: readonly Event[]) =>
  playWith(spec, events, "proxy", BOTH);
const seen = (statuses: Parameters<typeof pod>[0], options = {}): Event => ({
  kind: "podObserved",
  pod: pod(statuses, options),
  at: 0,
});

Deno.test("where the API server is awaited, a launched sibling may have a readiness probe", () => {
  assertEquals(launches(both(waits("ready"), [running])), 0);
  assertEquals(launches(both(waits("ready"), [running, seen([unready("main")])])), 0);
  const unprobed = { containers: [{ name: "main" }, { name: "proxy" }] };
  assertEquals(launches(both(waits("ready"), [running, seen([unready("main")], unprobed)])), 1);
  assertEquals(launches(both(waits("ready"), [running, seen([ready("main")])])), 1);
});

Deno.test("an API server that refuses, or says nothing, is awaited for a moment only", () => {
  const refused: Event = { kind: "apiRefused" };
  assertEquals(launches(both(waits("ready"), [running, refused])), 0);
  assertEquals(launches(both(waits("ready"), [running, refused, fired("api")])), 1);
  assertEquals(launches(both(waits("ready"), [running, fired("listening")])), 1);
  assertEquals(signals(both(proxy, [running, over(0)])), []);
  assertEquals(signals(both(proxy, [running, over(0), refused, fired("api")])), ["SIGTERM"]);
});

Deno.test("the first of kubelet and supervisor to say ready counts", () => {
  const checked = told({ phase: "running" }, { ready: true, checked: true });
  const unchecked = told({ phase: "running" }, { ready: false, checked: true });
  assertEquals(launches(both(waits("ready"), [checked])), 1);
  assertEquals(launches(both(waits("ready"), [seen([unready("main")]), checked])), 1);
  assertEquals(launches(both(waits("ready"), [unchecked, seen([ready("main")])])), 1);
  // Without a probe the kubelet speaks of the supervisor, which knows better.
  const unprobed = { containers: [{ name: "main" }, { name: "proxy" }] };
  assertEquals(launches(both(waits("ready"), [unchecked, seen([ready("main")], unprobed)])), 0);
});

Deno.test("an end that the state directory tells makes a stale readiness of the API server void", () => {
  assertEquals(launches(both(waits("ready"), [running, over(1), seen([ready("main")])])), 0);
});

Deno.test("an exit code that nobody told is taken from the API server", () => {
  const handed = told({ phase: "running" }, { handedOver: true });
  const onFailure = { restartPolicy: "OnFailure" };
  const before = [seen([ready("main")], onFailure), handed, gone()];
  assertEquals(signals(both(proxy, before)), []);
  assertEquals(signals(both(proxy, [...before, fired("newRun")])), []);
  const told0 = seen([endedStatus("main", 0)], onFailure);
  const told1 = seen([endedStatus("main", 1)], onFailure);
  assertEquals(signals(both(proxy, [...before, told0])), ["SIGTERM"]);
  assertEquals(signals(both(proxy, [...before, told1])), []);
});

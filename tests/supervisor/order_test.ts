import { assertEquals, assertStringIncludes } from "@std/assert";
import { seconds } from "../../lib/spec/duration.ts";
import type { Spec } from "../../lib/spec/spec.ts";
import type { Effect, Event, TimerName } from "../../lib/supervisor/events.ts";
import { LAUNCHED, type Phase } from "../../lib/supervisor/report.ts";
import { report } from "./reports.ts";
import { play as playAs } from "./play.ts";
import { ended, pod, ready } from "../../tools/scripted_cluster/pods.ts";

const proxy: Partial<Spec> = { stopDeps: [{ container: "main", when: "final" }] };
const both = [ready("main"), ready("proxy")];
const running = seen();
const term: Event = { kind: "signalled", signal: "SIGTERM", at: 0 };

function seen(options: Parameters<typeof pod>[1] = {}, statuses = both): Event {
  return { kind: "podObserved", pod: pod(statuses, options), at: 0 };
}

/** By default after every start in pods.ts. */
function reported(phase: Phase, at = "2026-01-01T00:00:30Z"): Event {
  return { kind: "siblingReported", container: "main", report: report(phase), at: Date.parse(at) };
}

function fired(timer: TimerName): Event {
  return { kind: "timerFired", timer };
}

function play(spec: Partial<Spec>, events: readonly Event[]): readonly Effect[] {
  return playAs(spec, events, "proxy").effects;
}

function sent(effects: readonly Effect[]): readonly string[] {
  return effects.flatMap((effect) => effect.kind === "signal" ? [effect.signal] : []);
}

const deletion = seen({ deletionTimestamp: "2026-01-01T00:00:30Z" });

Deno.test("a sibling's report of its end stops the command before the API server says so", () => {
  const over = reported({ phase: "ended", exitCode: 1 });
  assertEquals(sent(play(proxy, [running, over])), ["SIGTERM"]);
});

Deno.test("a reported end is final by the same restart policy as the kubelet's", () => {
  const failed = reported({ phase: "ended", exitCode: 1 });
  const onFailure = seen({ restartPolicy: "OnFailure" });
  assertEquals(sent(play(proxy, [onFailure, failed])), []);
  const done = reported({ phase: "ended", exitCode: 0 });
  assertEquals(sent(play(proxy, [onFailure, failed, done])), ["SIGTERM"]);
});

Deno.test("nothing is final while the pod's restart policy is unknown", () => {
  const over = reported({ phase: "ended", exitCode: 0 });
  assertEquals(sent(play(proxy, [over])), []);
  assertEquals(sent(play(proxy, [over, running])), ["SIGTERM"]);
});

Deno.test("a reported start and stop of a sibling ends nothing", () => {
  for (const phase of ["waiting", "running", "stopping"] as const) {
    assertEquals(sent(play(proxy, [running, reported({ phase })])), []);
  }
});

Deno.test("while the pod is being deleted a container stops after those it serves", () => {
  const held = [running, deletion, term];
  assertEquals(sent(play(proxy, held)), []);
  const over = reported({ phase: "ended", exitCode: 143 });
  assertEquals(sent(play(proxy, [...held, over])), ["SIGTERM"]);
});

Deno.test("a served container that was told to stop is evidence as well, before the signal or after", () => {
  const stopping = reported({ phase: "stopping" });
  const over = reported({ phase: "ended", exitCode: 0 });
  for (const held of [[running, stopping, term], [running, term, stopping]]) {
    assertEquals(sent(play(proxy, held)), []);
    assertEquals(sent(play(proxy, [...held, over])), ["SIGTERM"]);
  }
});

Deno.test("without evidence the signal is forwarded, since this container alone is meant", () => {
  assertEquals(sent(play(proxy, [running, term])), []);
  assertEquals(sent(play(proxy, [running, term, fired("order")])), ["SIGTERM"]);
});

Deno.test("a container that serves nobody is never held back", () => {
  assertEquals(sent(play({ exitCodes: new Map([[1, 2]]) }, [term])), ["SIGTERM"]);
});

Deno.test("a second signal is not held back", () => {
  assertEquals(sent(play(proxy, [running, deletion, term, term])), ["SIGTERM"]);
});

Deno.test("the stop delay and the order hold together", () => {
  const delayed = { ...proxy, stopDelay: seconds(5) };
  const over = fired("order");
  const delay = fired("stopDelay");
  assertEquals(sent(play(delayed, [running, deletion, term, over])), []);
  assertEquals(sent(play(delayed, [running, deletion, term, over, delay])), ["SIGTERM"]);
  assertEquals(sent(play(delayed, [running, deletion, term, delay, over])), ["SIGTERM"]);
});

Deno.test("siblings are told of every phase", () => {
  const killed: Event = { kind: "childExited", end: { kind: "exited", code: 7 } };
  const reports = play(proxy, [running, term, fired("order"), killed]).flatMap((effect) =>
    effect.kind === "publish" ? [effect.progress] : []
  );
  assertEquals(reports, [
    { phase: "running", ...LAUNCHED, ready: true },
    { phase: "stopping", ...LAUNCHED },
    { phase: "ended", exitCode: 7, ...LAUNCHED },
  ]);
});

Deno.test("a stop delay that the grace period cannot hold is warned about once", () => {
  const warnings = play({ ...proxy, stopDelay: seconds(20) }, [running, running]).flatMap((e) =>
    e.kind === "log" && e.level === "warning" ? [e.message] : []
  );
  assertEquals(warnings.length, 1);
  assertStringIncludes(warnings[0] ?? "", "terminationGracePeriodSeconds is 30");
});

Deno.test("stopWhen all waits for every stop dependency, and remembers those that have ended", () => {
  const spec: Partial<Spec> = {
    stopDeps: [{ container: "main", when: "terminated" }, { container: "proxy", when: "final" }],
    stopWhen: "all",
  };
  const first = seen({}, [ended("main", 0), ready("proxy")]);
  const second = seen({}, [ready("main"), ended("proxy", 0)]);
  assertEquals(sent(playAs(spec, [first], "side").effects), []);
  assertEquals(sent(playAs(spec, [first, second], "side").effects), ["SIGTERM"]);
});

Deno.test("a report from before a container's present start is of an earlier run, and not believed", () => {
  const stale = reported({ phase: "ended", exitCode: 0 }, "2025-12-31T23:59:59Z");
  assertEquals(sent(play(proxy, [running, stale])), []);
  assertEquals(sent(play(proxy, [stale, running])), []);
  const fresh = reported({ phase: "ended", exitCode: 0 });
  assertEquals(sent(play(proxy, [stale, running, fresh])), ["SIGTERM"]);
});

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { seconds } from "../../lib/spec/duration.ts";
import { DEFAULT_SPEC, type Spec } from "../../lib/spec/spec.ts";
import type { Effect, Event } from "../../lib/supervisor/events.ts";
import { judgeGate } from "../../lib/supervisor/gate.ts";
import { ignorance, learn } from "../../lib/supervisor/knowledge.ts";
import { INITIAL, step } from "../../lib/supervisor/machine.ts";
import type { Pod } from "../../lib/supervisor/pod.ts";
import type { State } from "../../lib/supervisor/state.ts";
import { quitCall } from "./play.ts";
import { ended, pod, ready, unready } from "./pods.ts";

const specs: fc.Arbitrary<Spec> = fc.record({
  waits: fc.boolean(),
  stops: fc.boolean(),
  delayed: fc.boolean(),
  timeout: fc.option(fc.constantFrom<"fail" | "start">("fail", "start")),
  action: fc.constantFrom<Spec["whenStopDepExited"]>(
    { kind: "default" },
    { kind: "signal", signal: "SIGUSR1" },
    { kind: "http", call: quitCall(1) },
  ),
  calls: fc.boolean(),
}).map(({ waits, stops, delayed, timeout, action, calls }) => ({
  ...DEFAULT_SPEC,
  startDeps: waits
    ? [{ kind: "container", container: "proxy", until: "ready", optional: false }]
    : [],
  stopDeps: stops ? [{ container: "main", when: "final" }] : [],
  stopDelay: delayed ? seconds(10) : DEFAULT_SPEC.stopDelay,
  startTimeout: timeout === null ? undefined : seconds(10),
  onStartTimeout: timeout ?? "fail",
  whenStopDepExited: action,
  afterExit: calls ? [{ call: quitCall(1), on: "always", lastOf: [] }] : [],
}));

const pods: fc.Arbitrary<Pod> = fc.record({
  main: fc.constantFrom(ready("main"), unready("main"), ended("main", 0), ended("main", 1)),
  proxy: fc.constantFrom(ready("proxy"), unready("proxy"), ended("proxy", 0)),
  restartPolicy: fc.constantFrom("Never", "OnFailure", "Always"),
}).map(({ main, proxy, restartPolicy }) => pod([main, proxy], { restartPolicy }));

const events: fc.Arbitrary<Event> = fc.oneof(
  pods.map((observed): Event => ({ kind: "podObserved", pod: observed, siblings: new Map() })),
  fc.constantFrom<Event>(
    { kind: "podGone" },
    { kind: "signalled", signal: "SIGTERM" },
    { kind: "signalled", signal: "SIGUSR1" },
    { kind: "timerFired", timer: "progress" },
    { kind: "timerFired", timer: "startTimeout" },
    { kind: "timerFired", timer: "stopDelay" },
    { kind: "timerFired", timer: "escalation" },
    { kind: "stopActionEnded", ok: true, detail: "" },
    { kind: "stopActionEnded", ok: false, detail: "" },
    { kind: "afterExitEnded" },
    { kind: "childExited", end: { kind: "exited", code: 1 } },
  ),
);

/** Plays events as the world could bring them: a child ends only after it was launched. */
function play(spec: Spec, happened: readonly Event[]) {
  const context = { spec, self: "self" };
  let state: State = INITIAL;
  const effects: Effect[] = [];
  for (const event of [{ kind: "begun" }, ...happened] satisfies Event[]) {
    const alive = state.phase === "running";
    if (event.kind === "childExited" && !alive) continue;
    const result = step(context, state, event);
    effects.push(...result.effects);
    state = result.state;
  }
  return { state, effects };
}

const plays = fc.tuple(specs, fc.array(events, { maxLength: 30 }));

Deno.test("no order of events launches the command twice or before its gate holds", () => {
  fc.assert(fc.property(plays, ([spec, happened]) => {
    const context = { spec, self: "self" };
    let state: State = INITIAL;
    let launches = 0;
    for (const event of [{ kind: "begun" }, ...happened] satisfies Event[]) {
      const result = step(context, state, event);
      if (result.effects.some(({ kind }) => kind === "launch")) {
        launches++;
        const timedOut = event.kind === "timerFired" && event.timer === "startTimeout" &&
          spec.onStartTimeout === "start";
        const known = learn(ignorance("self"), event);
        assert(timedOut || judgeGate(spec, known).kind === "open");
      }
      state = result.state;
    }
    assert(launches <= 1);
  }));
});

Deno.test("no order of events ends koordinator twice, nor without the command's end once launched", () => {
  fc.assert(fc.property(plays, ([spec, happened]) => {
    const { effects, state } = play(spec, happened);
    const exits = effects.filter(({ kind }) => kind === "exit").length;
    assertEquals(exits, state.phase === "done" ? 1 : 0);
  }));
});

Deno.test("after any events a stop that the command ignores ends in SIGKILL", () => {
  fc.assert(fc.property(plays, ([spec, happened]) => {
    const stopping: Spec = { ...spec, stopDeps: [{ container: "main", when: "final" }] };
    const still = happened.filter(({ kind }) => kind !== "childExited");
    const { state } = play(stopping, still);
    if (state.phase !== "running") return;
    const over: Event = {
      kind: "podObserved",
      pod: pod([ended("main", 0), ready("proxy")]),
      siblings: new Map(),
    };
    const escalation: Event = { kind: "timerFired", timer: "escalation" };
    const { effects } = play(stopping, [...still, over, escalation, escalation]);
    assert(effects.some((effect) => effect.kind === "signal" && effect.signal === "SIGKILL"));
  }));
});

Deno.test("whatever has happened, events exist that lead to the end", () => {
  fc.assert(fc.property(plays, ([spec, happened]) => {
    const { state } = play(spec, [
      ...happened,
      { kind: "signalled", signal: "SIGTERM" },
      { kind: "childExited", end: { kind: "signalled", signal: 15 } },
      { kind: "afterExitEnded" },
    ]);
    assertEquals(state.phase, "done");
  }));
});

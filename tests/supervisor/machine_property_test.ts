import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { seconds } from "../../lib/spec/duration.ts";
import { DEFAULT_SPEC, type Spec } from "../../lib/spec/spec.ts";
import type { Effect, Event } from "../../lib/supervisor/events.ts";
import { judgeGate } from "../../lib/supervisor/gate.ts";
import { learn, nothingObserved } from "../../lib/supervisor/observations.ts";
import { INITIAL } from "../../lib/supervisor/machine.ts";
import type { Pod } from "../../lib/pod/pod.ts";
import { HELD } from "../../lib/supervisor/report.ts";
import type { State } from "../../lib/supervisor/state.ts";
import { BOTH, quitCall } from "./play.ts";
import { listedStep } from "./transitions.ts";
import { ended, pod, ready, unready } from "../../tools/scripted_cluster/pods.ts";

const CALL = { kind: "http", call: quitCall(1) } as const;
const UNREPORTED = { phase: "waiting", ...HELD } as const;

const specs: fc.Arbitrary<Spec> = fc.record({
  waits: fc.boolean(),
  stops: fc.boolean(),
  delayed: fc.boolean(),
  timeout: fc.option(fc.constantFrom<"fail" | "start">("fail", "start")),
  action: fc.constantFrom<Spec["whenStopDepExited"]>(
    { kind: "default" },
    { kind: "signal", signal: "SIGUSR1" },
    CALL,
  ),
  calls: fc.boolean(),
  lingers: fc.boolean(),
  killMode: fc.constantFrom<Spec["killMode"]>("mixed", "process", "group"),
}).map(({ waits, stops, delayed, timeout, action, calls, lingers, killMode }) => ({
  ...DEFAULT_SPEC,
  startDeps: waits
    ? [{ kind: "container", container: "proxy", until: "ready", optional: false }]
    : [],
  stopDeps: stops ? [{ container: "main", when: "final" }] : [],
  stopLinger: lingers ? seconds(5) : DEFAULT_SPEC.stopLinger,
  killMode,
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
  pods.map((observed): Event => ({ kind: "podObserved", pod: observed, at: 0 })),
  fc.constantFrom<Event>(
    { kind: "podGone" },
    { kind: "signalled", signal: "SIGTERM", at: 0 },
    { kind: "signalled", signal: "SIGUSR1", at: 0 },
    { kind: "signalled", signal: "SIGQUIT", at: 0 },
    { kind: "timerFired", timer: "order" },
    { kind: "timerFired", timer: "misjudged" },
    { kind: "timerFired", timer: "stopLinger" },
    { kind: "groupEnded" },
    {
      kind: "childExited",
      end: { kind: "exited", code: 1 },
      left: { inGroup: true, asChildren: true },
    },
    { kind: "timerFired", timer: "progress" },
    { kind: "timerFired", timer: "startTimeout" },
    { kind: "timerFired", timer: "stopDelay" },
    { kind: "timerFired", timer: "escalation" },
    { kind: "stopActionEnded", ok: true, detail: "" },
    { kind: "stopActionEnded", ok: false, detail: "" },
    { kind: "afterExitEnded", ok: true, detail: "" },
    { kind: "crashed", message: "" },
    { kind: "effectFailed", effect: { kind: "observePod" }, message: "" },
    { kind: "effectFailed", effect: { kind: "publish", progress: UNREPORTED }, message: "" },
    { kind: "effectFailed", effect: { kind: "callStopAction", action: CALL }, message: "" },
    { kind: "timerFired", timer: "observeAgain" },
    { kind: "timerFired", timer: "probeAgain" },
    { kind: "childExited", end: { kind: "exited", code: 1 } },
    { kind: "handOverRefused" },
    { kind: "launchFailed", exitCode: 127, message: "not found" },
  ),
);

/** Plays events as the world could bring them: a child ends only after it was launched. */
function play(spec: Spec, happened: readonly Event[]) {
  const context = { spec, self: "self", sources: BOTH };
  let state: State = INITIAL;
  const effects: Effect[] = [];
  for (const event of [{ kind: "begun" }, ...happened] satisfies Event[]) {
    const alive = state.phase === "running";
    if (event.kind === "childExited" && !alive) continue;
    const result = listedStep(context, state, event);
    effects.push(...result.effects);
    state = result.state;
  }
  return { state, effects };
}

/** A hand-over is a launch; that it was refused makes the launch after it the same one. */
function launchesIn(effects: readonly Effect[], before: State["phase"]): boolean {
  return before !== "handingOver" &&
    effects.some(({ kind }) => kind === "launch" || kind === "handOver");
}

const plays = fc.tuple(specs, fc.array(events, { maxLength: 30 }));

Deno.test("no order of events launches the command twice or before its gate holds", () => {
  fc.assert(fc.property(plays, ([spec, happened]) => {
    const context = { spec, self: "self", sources: BOTH };
    let state: State = INITIAL;
    let launches = 0;
    for (const event of [{ kind: "begun" }, ...happened] satisfies Event[]) {
      const before = state.phase;
      const result = listedStep(context, state, event);
      if (launchesIn(result.effects, before)) {
        launches++;
        const timedOut = event.kind === "timerFired" && event.timer === "startTimeout" &&
          spec.onStartTimeout === "start";
        const known = learn(nothingObserved(context), event);
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
      at: 0,
    };
    const lingered: Event = { kind: "timerFired", timer: "stopLinger" };
    const escalation: Event = { kind: "timerFired", timer: "escalation" };
    const { effects } = play(stopping, [...still, over, lingered, escalation, escalation]);
    assert(effects.some((effect) => effect.kind === "signal" && effect.signal === "SIGKILL"));
  }));
});

Deno.test("whatever has happened, events exist that lead to the end", () => {
  fc.assert(fc.property(plays, ([spec, happened]) => {
    const { state } = play(spec, [
      ...happened,
      { kind: "signalled", signal: "SIGTERM", at: 0 },
      { kind: "handOverRefused" },
      { kind: "childExited", end: { kind: "signalled", signal: 15 } },
      { kind: "groupEnded" },
      { kind: "afterExitEnded", ok: true, detail: "" },
    ]);
    assertEquals(state.phase, "done");
  }));
});

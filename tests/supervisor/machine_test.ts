import { assertEquals, assertStringIncludes } from "@std/assert";
import { milliseconds, seconds } from "../../lib/spec/duration.ts";
import type { Spec } from "../../lib/spec/spec.ts";
import type { Effect, Event } from "../../lib/supervisor/events.ts";
import { LAUNCHED } from "../../lib/supervisor/report.ts";
import type { Pod } from "../../lib/pod/pod.ts";
import { play as playAs, quitCall } from "./play.ts";
import { ended, pod, ready, unready } from "../../tools/scripted_cluster/pods.ts";

const main: Partial<Spec> = {
  startDeps: [{ kind: "container", container: "proxy", until: "ready", optional: false }],
  stopDelay: seconds(10),
};
const proxy: Partial<Spec> = { stopDeps: [{ container: "main", when: "final" }] };

function play(spec: Partial<Spec>, events: readonly Event[], self = "self") {
  const { state, effects } = playAs(spec, events, self);
  return { state, effects, exits: effects.filter((effect) => effect.kind === "exit") };
}

const seen = (observed: Pod): Event => ({ kind: "podObserved", pod: observed, at: 0 });
const heldFor = (container: string) => ({
  env: [{ name: "KOORDINATOR_SPEC", value: JSON.stringify({ startDeps: [container] }) }],
});
const exited = (code: number): Event => ({ kind: "childExited", end: { kind: "exited", code } });
const term: Event = { kind: "signalled", signal: "SIGTERM", at: 0 };
const escalation: Event = { kind: "timerFired", timer: "escalation" };
const launches = (effects: readonly Effect[]) =>
  effects.filter(({ kind }) => kind === "launch" || kind === "handOver").length;
const sent = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => effect.kind === "signal" ? [`${effect.signal} ${effect.whom}`] : []);

Deno.test("a command without dependencies is launched at once and handed over to", () => {
  const { effects } = play({}, []);
  assertEquals(effects, [
    {
      kind: "publish",
      progress: { phase: "running", ...LAUNCHED, ready: true, handedOver: true },
    },
    { kind: "handOver" },
  ]);
});

Deno.test("a command with stop dependencies is launched before the pod is looked at", () => {
  const { effects } = play(proxy, []);
  assertEquals(effects.map(({ kind }) => kind), [
    "publish",
    "launch",
    "observeSiblings",
    "observePod",
    "setTimer",
  ]);
});

Deno.test("a command is held back until its start dependency is ready", () => {
  assertEquals(launches(play(main, []).effects), 0);
  assertEquals(launches(play(main, [seen(pod([unready("proxy")]))]).effects), 0);
  assertEquals(launches(play(main, [seen(pod([ready("proxy")]))]).effects), 1);
});

Deno.test("all start dependencies must hold at the same time", () => {
  const spec: Partial<Spec> = {
    startDeps: [
      { kind: "container", container: "proxy", until: "ready", optional: false },
      { kind: "tcp", host: "127.0.0.1", port: 1 },
    ],
  };
  const open: Event = { kind: "dependencyProbed", index: 1, open: true };
  const shut: Event = { kind: "dependencyProbed", index: 1, open: false, why: "HTTP 503" };
  assertEquals(launches(play(spec, [open, shut, seen(pod([ready("proxy")]))]).effects), 0);
  assertEquals(launches(play(spec, [seen(pod([ready("proxy")])), open]).effects), 1);
});

Deno.test("SIGTERM while waiting launches nothing and ends 143", () => {
  const { exits, effects } = play(main, [term, seen(pod([ready("proxy")]))]);
  assertEquals(launches(effects), 0);
  assertEquals(exits.map((exit) => exit.code), [143]);
});

Deno.test("a pod that is being deleted or gone while waiting counts as a termination", () => {
  const deleted = pod([ready("proxy")], { deletionTimestamp: "2026-01-01T00:00:30Z" });
  for (const event of [seen(deleted), { kind: "podGone" }] satisfies Event[]) {
    const { exits, effects } = play(main, [event]);
    assertEquals([launches(effects), exits.map((exit) => exit.code)], [0, [143]]);
  }
});

Deno.test("a start dependency that is not in the pod ends the wait with the real names", () => {
  const spec: Partial<Spec> = {
    startDeps: [{ kind: "container", container: "prxy", until: "ready", optional: false }],
  };
  const [exit] = play(spec, [seen(pod([]))]).exits;
  assertEquals(exit?.code, 121);
  assertStringIncludes(exit?.reason ?? "", "main, proxy");
});

Deno.test("an optional start dependency that is not in the pod holds", () => {
  const spec: Partial<Spec> = {
    startDeps: [{ kind: "container", container: "mesh", until: "ready", optional: true }],
  };
  assertEquals(launches(play(spec, [seen(pod([]))]).effects), 1);
});

Deno.test("a start dependency that ended for good before it was ready ends the wait with 121", () => {
  assertEquals(play(main, [seen(pod([ended("proxy", 1)]))]).exits[0]?.code, 121);
});

Deno.test("a start dependency that will be restarted is waited for", () => {
  const restarted = pod([ended("proxy", 1)], { restartPolicy: "OnFailure" });
  assertEquals(play(main, [seen(restarted)]).exits, []);
});

Deno.test("a cycle through the siblings' specs is named in full", () => {
  const containers = [{ name: "main" }, { name: "proxy", ...heldFor("main") }];
  const [exit] = play(main, [seen(pod([unready("proxy")], { containers }))], "main").exits;
  assertEquals(exit?.code, 121);
  assertStringIncludes(exit?.reason ?? "", "main -> proxy -> main");
});

Deno.test("a held sibling without a readiness probe is ready only when its own gate holds", () => {
  const containers = [{ name: "main" }, { name: "proxy", ...heldFor("db") }, { name: "db" }];
  const early = seen(pod([ready("proxy"), unready("db")], { containers }));
  const late = seen(pod([ready("proxy"), ready("db")], { containers }));
  const listened: Event = { kind: "timerFired", timer: "listening" };
  assertEquals(launches(play(main, [early, listened]).effects), 0);
  assertEquals(launches(play(main, [early, listened, late]).effects), 1);
});

Deno.test("a sibling that may be held back is given the time to report that it is, where it can", () => {
  const containers = [{ name: "main" }, { name: "proxy", ...heldFor("db") }, { name: "db" }];
  const open = seen(pod([ready("proxy"), ready("db")], { containers }));
  const listened: Event = { kind: "timerFired", timer: "listening" };
  for (const until of ["ready", "started"] as const) {
    const spec: Partial<Spec> = {
      startDeps: [{ kind: "container", container: "proxy", until, optional: false }],
    };
    // The kubelet says that it runs before its supervisor has said a word.
    assertEquals(launches(play(spec, [open]).effects), 0, until);
    assertEquals(launches(play(spec, [open, listened]).effects), 1, until);
  }
});

Deno.test("the start timeout fails with 124, or launches anyway", () => {
  const fired: Event = { kind: "timerFired", timer: "startTimeout" };
  const startTimeout = milliseconds(5);
  assertEquals(play({ ...main, startTimeout }, [fired]).exits[0]?.code, 124);
  const anyway = play({ ...main, startTimeout, onStartTimeout: "start" }, [fired]);
  assertEquals([launches(anyway.effects), anyway.exits.length], [1, 0]);
});

Deno.test("a stop dependency that is already met launches nothing and ends 0", () => {
  const both = { ...main, ...proxy };
  const { effects, exits } = play(both, [seen(pod([ready("proxy"), ended("main", 1)]))]);
  assertEquals([launches(effects), exits.map((exit) => exit.code)], [0, [0]]);
});

Deno.test("a stop dependency's end is answered by the term signal, the end in time by exit 0", () => {
  const { effects, exits } = play(proxy, [seen(pod([ended("main", 0)])), exited(143)]);
  assertEquals(sent(effects), ["SIGTERM process", "SIGKILL group"]);
  assertEquals(exits.map((exit) => exit.code), [0]);
});

Deno.test("a negative terminatedByStopDepExitCode gives the command's own code", () => {
  const spec = { ...proxy, terminatedByStopDepExitCode: -1 };
  assertEquals(play(spec, [seen(pod([ended("main", 0)])), exited(7)]).exits[0]?.code, 7);
});

Deno.test("a stop condition may bring its own exit code, so that a sidecar's failure fails the pod", () => {
  const spec: Partial<Spec> = {
    stopDeps: [
      { container: "main", when: "final" },
      { container: "proxy", when: "failed", exitCode: 3 },
      { container: "proxy", when: "terminated", exitCode: -1 },
    ],
  };
  const [done, lost] = [
    seen(pod([ended("main", 0), ready("proxy")])),
    seen(pod([ready("main"), ended("proxy", 2)])),
  ];
  const left = seen(pod([ready("main"), ended("proxy", 0)]));
  const gone: Event = { kind: "childExited", end: { kind: "signalled", signal: 15 } };
  assertEquals(play(spec, [done, gone]).exits.map(({ code }) => code), [0]);
  assertEquals(play(spec, [lost, gone]).exits.map(({ code }) => code), [3]);
  assertEquals(play(spec, [left, gone]).exits.map(({ code }) => code), [143]);
  const held: Partial<Spec> = { ...spec, startDeps: main.startDeps ?? [] };
  assertEquals(play(held, [lost]).exits.map(({ code }) => code), [3]);
  assertEquals(play(held, [left]).exits.map(({ code }) => code), [0]);
});

Deno.test("a command that ignores the stop climbs every step of it and ends 137", () => {
  const spec: Partial<Spec> = {
    ...proxy,
    whenStopDepExited: { kind: "signal", signal: "SIGUSR1" },
  };
  const killed: Event = { kind: "childExited", end: { kind: "signalled", signal: 9 } };
  const { effects, exits } = play(spec, [
    seen(pod([ended("main", 0)])),
    escalation,
    escalation,
    killed,
  ]);
  assertEquals(sent(effects).slice(0, 3), ["SIGUSR1 process", "SIGTERM process", "SIGKILL group"]);
  assertEquals(exits.map((exit) => exit.code), [137]);
});

Deno.test("a stop action that fails is followed by the term signal at once", () => {
  const spec: Partial<Spec> = {
    ...proxy,
    whenStopDepExited: {
      kind: "http",
      call: quitCall(1),
    },
  };
  const failed: Event = { kind: "stopActionEnded", ok: false, detail: "HTTP 405" };
  const { effects } = play(spec, [seen(pod([ended("main", 0)])), failed]);
  assertEquals(sent(effects), ["SIGTERM process"]);
});

Deno.test("under OnFailure a failed main that will be restarted keeps its sidecar", () => {
  const failed = pod([ended("main", 1)], { restartPolicy: "OnFailure" });
  assertEquals(sent(play(proxy, [seen(failed)]).effects), []);
  const succeeded = pod([ended("main", 0)], { restartPolicy: "OnFailure" });
  assertEquals(sent(play(proxy, [seen(failed), seen(succeeded)]).effects), ["SIGTERM process"]);
});

Deno.test("a termination from outside is delayed, and a second one is not", () => {
  const launched = [seen(pod([ready("proxy")]))];
  const timer: Event = { kind: "timerFired", timer: "stopDelay" };
  assertEquals(sent(play(main, [...launched, term]).effects), []);
  assertEquals(sent(play(main, [...launched, term, timer]).effects), ["SIGTERM process"]);
  assertEquals(sent(play(main, [...launched, term, term]).effects), ["SIGTERM process"]);
});

Deno.test("every other signal is passed on as it is", () => {
  const hup: Event = { kind: "signalled", signal: "SIGHUP", at: 0 };
  assertEquals(sent(play({ handOver: false }, [hup]).effects), ["SIGHUP process"]);
});

Deno.test("the command's end is koordinator's end, 128 + n after a signal", () => {
  const oom: Event = { kind: "childExited", end: { kind: "signalled", signal: 9 } };
  assertEquals(play(proxy, [exited(3)]).exits, [
    { kind: "exit", code: 3, because: "commandEnded", reason: undefined },
  ]);
  assertEquals(play(proxy, [oom]).exits[0]?.code, 137);
});

Deno.test("a command that cannot be launched ends with its code and reason", () => {
  const failed: Event = { kind: "launchFailed", exitCode: 127, message: "not found" };
  assertEquals(play({}, [failed]).exits, [{
    kind: "exit",
    code: 127,
    because: "launchFailed",
    reason: "not found",
  }]);
});

Deno.test("calls after the exit are made in order, by how the command ended", () => {
  const to = (port: number, on: "always" | "success" | "failure") => ({
    call: quitCall(port),
    on,
    lastOf: [],
  });
  const spec: Partial<Spec> = { afterExit: [to(1, "always"), to(2, "failure"), to(3, "success")] };
  const done: Event = { kind: "afterExitEnded", ok: true, detail: "" };
  const { effects, exits } = play(spec, [exited(0), done, done]);
  const ports = effects.flatMap((e) => e.kind === "callAfterExit" ? [e.call.port] : []);
  assertEquals([ports, exits.map((exit) => exit.code)], [[1, 3], [0]]);
});

Deno.test("signals are rewritten, or not passed on at all", () => {
  const spec: Partial<Spec> = { signals: new Map([["SIGTERM", "SIGQUIT"], ["SIGHUP", null]]) };
  const hup: Event = { kind: "signalled", signal: "SIGHUP", at: 0 };
  assertEquals(sent(play(spec, [hup, term]).effects), ["SIGQUIT process"]);
});

Deno.test("job-control signals stop the command's group and koordinator with it", () => {
  for (const signal of ["SIGTSTP", "SIGTTIN", "SIGTTOU"] as const) {
    const { effects } = play(proxy, [{ kind: "signalled", signal, at: 0 }]);
    assertEquals(effects.slice(-2), [
      { kind: "signal", signal: "SIGSTOP", whom: "group" },
      { kind: "suspend", by: "signal" },
    ]);
  }
});

Deno.test("SIGCONT lets the whole group go on that was stopped as a whole", () => {
  const { effects } = play(proxy, [{ kind: "signalled", signal: "SIGCONT", at: 0 }]);
  assertEquals(sent(effects), ["SIGCONT group"]);
});

Deno.test("job-control signals suspend koordinator even when they are rewritten or ignored", () => {
  const spec: Partial<Spec> = { signals: new Map([["SIGTSTP", "SIGHUP"], ["SIGTTIN", null]]) };
  const tstp = play(spec, [{ kind: "signalled", signal: "SIGTSTP", at: 0 }]).effects;
  assertEquals(sent(tstp), ["SIGHUP process"]);
  assertEquals(tstp.at(-1), { kind: "suspend", by: "signal" });
  const ttin = play(spec, [{ kind: "signalled", signal: "SIGTTIN", at: 0 }]).effects;
  assertEquals([sent(ttin), ttin.at(-1)], [[], { kind: "suspend", by: "signal" }]);
});

Deno.test("a command that the terminal stopped takes koordinator with it", () => {
  const { effects } = play(proxy, [{ kind: "childStopped" }]);
  assertEquals(effects.at(-1), { kind: "suspend", by: "terminal" });
});

Deno.test("handOver false keeps koordinator in front of a command that would not need it", () => {
  const { effects } = play({ handOver: false }, []);
  assertEquals(effects.at(-1), { kind: "launch" });
});

Deno.test("what is signalled during a hand-over that is refused reaches the command that is launched", () => {
  const refused: Event = { kind: "handOverRefused" };
  const hup: Event = { kind: "signalled", signal: "SIGHUP", at: 0 };
  const { state, effects } = play({}, [hup, term, refused]);
  assertEquals(state.phase, "running");
  assertEquals(effects.slice(2).flatMap((e) => e.kind === "launch" ? ["launch"] : sent([e])), [
    "launch",
    "SIGHUP process",
    "SIGTERM process",
  ]);
});

Deno.test("a hand-over to what cannot be executed ends with the reason", () => {
  const failed: Event = { kind: "launchFailed", exitCode: 126, message: "not executable" };
  const { exits } = play({}, [failed]);
  assertEquals(exits, [{
    kind: "exit",
    code: 126,
    because: "launchFailed",
    reason: "not executable",
  }]);
});

const forgets = (effects: readonly Effect[]) =>
  effects.filter(({ kind }) => kind === "forgetPod").length;

Deno.test("the pod is not followed any more once nothing of it matters", () => {
  const stopped = seen(pod([ended("main", 0), ready("proxy")]));
  assertEquals(forgets(play(proxy, [seen(pod([ready("main")]))]).effects), 0);
  assertEquals(forgets(play(proxy, [stopped]).effects), 1);
  assertEquals(forgets(play(proxy, [stopped, stopped]).effects), 1);
  assertEquals(forgets(play(main, [seen(pod([ready("proxy")]))]).effects), 1);
});

Deno.test("the pod is followed on for calls that depend on other containers' ends", () => {
  const calls: Partial<Spec> = {
    ...proxy,
    afterExit: [{ call: quitCall(1), on: "always", lastOf: ["main"] }],
  };
  assertEquals(forgets(play(calls, [seen(pod([ended("main", 0)]))]).effects), 0);
});

Deno.test("for the restart policy alone one look at the pod is enough", () => {
  const calls: Partial<Spec> = {
    afterExit: [{ call: quitCall(1), on: undefined, lastOf: [] }],
  };
  const { effects } = play(calls, []);
  assertEquals(effects.map(({ kind }) => kind), ["publish", "launch", "observePod"]);
  assertEquals(forgets(play(calls, [seen(pod([ready("main")]))]).effects), 1);
});

import { assertEquals } from "@std/assert";
import { seconds } from "../../lib/spec/duration.ts";
import type { Restart, Spec } from "../../lib/spec/spec.ts";
import type { Event, TimerName } from "../../lib/supervisor/events.ts";
import { exitCodes, launches, play as playAs, quitCall } from "./play.ts";
import { signalled } from "./sidecar.ts";
import { type Happening, playTimeline } from "./timeline.ts";
import { ended, pod, ready, unready } from "../../tools/scripted_cluster/pods.ts";

const restart: Restart = { policy: "onFailure", maxRetries: 2, backoff: seconds(1) };
const failed: Event = { kind: "childExited", end: { kind: "exited", code: 1 } };
const succeeded: Event = { kind: "childExited", end: { kind: "exited", code: 0 } };
const again: Event = { kind: "timerFired", timer: "restart" };
const term: Event = { kind: "signalled", signal: "SIGTERM", at: 0 };

function play(spec: Partial<Spec>, events: readonly Event[], self = "main") {
  const played = playAs(spec, events, self);
  return {
    launches: launches(played),
    exits: exitCodes(played),
    pauses: played.effects.flatMap((effect) =>
      effect.kind === "setTimer" && effect.timer === "restart" ? [effect.after] : []
    ),
    calls: played.effects.flatMap((effect) =>
      effect.kind === "callAfterExit" ? [effect.call.port] : []
    ),
  };
}

Deno.test("a command that fails is launched again after a pause that doubles, then gives up", () => {
  const { launches, pauses, exits } = play({ restart }, [failed, again, failed, again, failed]);
  assertEquals([launches, pauses, exits], [3, [1_000, 2_000], [1]]);
});

Deno.test("a command that succeeds is not launched again on failure only", () => {
  assertEquals(play({ restart }, [succeeded]).exits, [0]);
  const always: Restart = { policy: "always", maxRetries: undefined, backoff: seconds(1) };
  assertEquals(play({ restart: always }, [succeeded, again]).launches, 2);
});

Deno.test("the pause before a restart is none of the start timeout", () => {
  const startDeps = [{ kind: "tcp", host: "127.0.0.1", port: 1 }] as const;
  const slow: Restart = { policy: "always", maxRetries: undefined, backoff: seconds(60) };
  const spec: Partial<Spec> = { restart: slow, startDeps, startTimeout: seconds(10) };
  const open: Happening = () => ({ kind: "dependencyProbed", index: 0, open: true });
  const ends: Happening = () => failed;
  const course = (...happenings: readonly (readonly [number, Happening])[]) =>
    playTimeline(spec, [[0, open], [1_000, ends], ...happenings]).deeds.flatMap(
      ({ at, effect }) =>
        effect.kind === "launch" || effect.kind === "exit" ? [`${at} ${effect.kind}`] : [],
    );
  assertEquals(course([2_000, open], [62_000, open]), ["0 launch", "61000 launch"]);
  assertEquals(course(), ["0 launch", "71000 exit"]);
});

Deno.test("the pause before a restart is at most five minutes", () => {
  const endless: Restart = { policy: "always", maxRetries: undefined, backoff: seconds(200) };
  assertEquals(play({ restart: endless }, [failed, again, failed]).pauses, [200_000, 300_000]);
});

Deno.test("each start is gated again", () => {
  const gated: Partial<Spec> = {
    restart,
    startDeps: [{ kind: "container", container: "proxy", until: "ready", optional: false }],
  };
  const observed = (status: typeof unready): Event => ({
    kind: "podObserved",
    pod: pod([ready("main"), status("proxy")]),
    at: 0,
  });
  const shut = [observed(ready), failed, observed(unready), again];
  assertEquals(play(gated, shut).launches, 1);
  assertEquals(play(gated, [...shut, observed(ready)]).launches, 2);
});

Deno.test("a command that was told to stop is not launched again", () => {
  assertEquals(play({ restart }, [term, failed]).exits, [1]);
  assertEquals(play({ restart }, [failed, term]).exits, [143]);
});

Deno.test("a command that a thread dump did not end is gated again by what is known then", () => {
  const startDeps = [
    { kind: "container", container: "proxy", until: "ready", optional: false },
  ] as const;
  const observed = (proxy: typeof ready): Happening => (at) => ({
    kind: "podObserved",
    pod: pod([ready("main"), proxy("proxy")]),
    at,
  });
  const { deeds } = playTimeline({ restart, startDeps }, [
    [0, observed(ready)],
    [1_000, signalled("SIGQUIT")],
    [10_000, observed(unready)],
    [11_000, () => failed],
    [20_000, observed(ready)],
  ]);
  const course = deeds.flatMap(({ at, effect: { kind } }) =>
    ["launch", "forgetPod", "observePod", "forgetSiblings", "observeSiblings"].includes(kind)
      ? [`${at} ${kind}`]
      : []
  );
  assertEquals(course, [
    "0 observeSiblings",
    "0 observePod",
    "0 launch",
    "1000 forgetPod",
    "1000 forgetSiblings",
    "3000 observeSiblings",
    "3000 observePod",
    "20000 launch",
  ]);
});

Deno.test("exit codes are mapped, but for those of a stop on purpose", () => {
  const exitCodes = new Map([[1, 0], [143, 5]]);
  assertEquals(play({ exitCodes }, [failed]).exits, [0]);
  const killed: Event = { kind: "childExited", end: { kind: "signalled", signal: 15 } };
  assertEquals(play({ exitCodes }, [killed]).exits, [5]);
  const over: Event = {
    kind: "podObserved",
    pod: pod([ended("main", 0), ready("proxy")]),
    at: 0,
  };
  const spec: Partial<Spec> = { exitCodes, stopDeps: [{ container: "main", when: "final" }] };
  assertEquals(play(spec, [over, killed], "proxy").exits, [0]);
  assertEquals(
    play({ ...spec, terminatedByStopDepExitCode: -1 }, [over, killed], "proxy").exits,
    [5],
  );
});

function quit(
  options: { readonly on?: "always" | "failure"; readonly lastOf?: readonly string[] },
) {
  return [{ call: quitCall(15020), on: options.on, lastOf: options.lastOf ?? [] }];
}

function known(restartPolicy: string, statuses = [ready("main"), ready("proxy")]): Event {
  return { kind: "podObserved", pod: pod(statuses, { restartPolicy }), at: 0 };
}

Deno.test("where a failed command is restarted, its proxy is told to quit after a success only", () => {
  const afterExit = quit({});
  assertEquals(play({ afterExit }, [known("OnFailure"), failed]).calls, []);
  assertEquals(play({ afterExit }, [known("OnFailure"), succeeded]).calls, [15020]);
  assertEquals(play({ afterExit }, [known("Never"), failed]).calls, [15020]);
  assertEquals(play({ afterExit: quit({ on: "always" }) }, [failed]).calls, [15020]);
});

const waits: Partial<Spec> = {
  startDeps: [{ kind: "container", container: "proxy", until: "ready", optional: false }],
  startTimeout: seconds(10),
};
const proxyOver = (restartPolicy: string) =>
  known(restartPolicy, [ready("main"), ended("proxy", 0)]);
const gone: Event = { kind: "podGone" };
const notFound: Event = { kind: "launchFailed", exitCode: 127, message: "not found" };
const timeout: Event = { kind: "timerFired", timer: "startTimeout" };
const stops: Partial<Spec> = { ...waits, stopDeps: [{ container: "proxy", when: "final" }] };

for (
  const [what, spec, events, exit, called] of [
    ["cannot be executed", {}, [known("Never"), notFound], 127, true],
    ["cannot be executed and is tried again", {}, [known("OnFailure"), notFound], 127, false],
    ["waits for what never comes", waits, [proxyOver("Never")], 121, true],
    ["waits too long", waits, [known("Never", [unready("proxy")]), timeout], 124, true],
    ["is not needed any more", stops, [proxyOver("Never")], 0, true],
    [
      "was terminated while it waited",
      waits,
      [known("Never", [unready("proxy")]), term],
      143,
      false,
    ],
    ["lost its pod while it waited", waits, [gone], 143, false],
  ] satisfies readonly (readonly [string, Partial<Spec>, readonly Event[], number, boolean])[]
) {
  Deno.test(`the proxy is ${called ? "" : "not "}told to quit by a command that ${what}`, () => {
    const afterExit = quit({});
    const made: Event = { kind: "afterExitEnded", ok: true, detail: "" };
    const played = play({ ...spec, afterExit }, [...events, made]);
    assertEquals([played.calls, played.exits], [called ? [15020] : [], [exit]]);
  });
}

Deno.test("a command that fails before the pod's policy is known makes no call until it is", () => {
  const afterExit = quit({});
  const timer = (name: TimerName): Event => ({ kind: "timerFired", timer: name });
  const refused: Event = { kind: "apiRefused" };
  for (
    const [news, calls, exits] of [
      [[], [], []],
      [[known("OnFailure")], [], [1]],
      [[known("Never")], [15020], []],
      [[refused], [], []],
      [[refused, timer("api")], [15020], []],
      [[timer("listening")], [15020], []],
      [[term], [15020], []],
      [[gone], [15020], []],
    ] satisfies readonly (readonly [readonly Event[], number[], number[]])[]
  ) {
    const played = play({ afterExit }, [failed, ...news]);
    assertEquals([played.calls, played.exits], [calls, exits]);
  }
  assertEquals(
    play({ afterExit }, [succeeded]).calls,
    [15020],
    "after a success it does not matter",
  );
});

Deno.test("only the last of several main containers makes the call, when the spec says so", () => {
  const afterExit = quit({ on: "always", lastOf: ["proxy"] });
  assertEquals(play({ afterExit }, [known("Never"), succeeded]).calls, []);
  const last = known("Never", [ready("main"), ended("proxy", 0)]);
  assertEquals(play({ afterExit }, [last, succeeded]).calls, [15020]);
});

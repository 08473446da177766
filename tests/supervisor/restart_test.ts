import { assertEquals } from "@std/assert";
import { seconds } from "../../lib/spec/duration.ts";
import type { Restart, Spec } from "../../lib/spec/spec.ts";
import type { Event } from "../../lib/supervisor/events.ts";
import { exitCodes, launches, play as playAs, quitCall } from "./play.ts";
import { ended, pod, ready, unready } from "./pods.ts";

const restart: Restart = { policy: "onFailure", maxRetries: 2, backoff: seconds(1) };
const failed: Event = { kind: "childExited", end: { kind: "exited", code: 1 } };
const succeeded: Event = { kind: "childExited", end: { kind: "exited", code: 0 } };
const again: Event = { kind: "timerFired", timer: "restart" };
const term: Event = { kind: "signalled", signal: "SIGTERM" };

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
    siblings: new Map(),
  });
  const shut = [observed(ready), failed, observed(unready), again];
  assertEquals(play(gated, shut).launches, 1);
  assertEquals(play(gated, [...shut, observed(ready)]).launches, 2);
});

Deno.test("a command that was told to stop is not launched again", () => {
  assertEquals(play({ restart }, [term, failed]).exits, [1]);
  assertEquals(play({ restart }, [failed, term]).exits, [143]);
});

Deno.test("exit codes are mapped, but for those of a stop on purpose", () => {
  const exitCodes = new Map([[1, 0], [143, 5]]);
  assertEquals(play({ exitCodes }, [failed]).exits, [0]);
  const killed: Event = { kind: "childExited", end: { kind: "signalled", signal: 15 } };
  assertEquals(play({ exitCodes }, [killed]).exits, [5]);
  const over: Event = {
    kind: "podObserved",
    pod: pod([ended("main", 0), ready("proxy")]),
    siblings: new Map(),
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
  return { kind: "podObserved", pod: pod(statuses, { restartPolicy }), siblings: new Map() };
}

Deno.test("where a failed command is restarted, its proxy is told to quit after a success only", () => {
  const afterExit = quit({});
  assertEquals(play({ afterExit }, [known("OnFailure"), failed]).calls, []);
  assertEquals(play({ afterExit }, [known("OnFailure"), succeeded]).calls, [15020]);
  assertEquals(play({ afterExit }, [known("Never"), failed]).calls, [15020]);
  assertEquals(play({ afterExit: quit({ on: "always" }) }, [failed]).calls, [15020]);
});

Deno.test("only the last of several main containers makes the call, when the spec says so", () => {
  const afterExit = quit({ on: "always", lastOf: ["proxy"] });
  assertEquals(play({ afterExit }, [known("Never"), succeeded]).calls, []);
  const last = known("Never", [ready("main"), ended("proxy", 0)]);
  assertEquals(play({ afterExit }, [last, succeeded]).calls, [15020]);
});

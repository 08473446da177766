import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { parseDuration, seconds } from "../lib/spec/duration.ts";
import type { ExitStatus } from "../lib/process/command.ts";
import { DEFAULT_SPEC, type Spec } from "../lib/spec/spec.ts";
import { quitCall } from "./supervisor/play.ts";
import { ended, pod, ready, unready } from "../tools/scripted_cluster/pods.ts";
import { type Fault, startWorld, type World } from "./support/fake_ports.ts";

const CONTAINER: Spec["startDeps"] = [
  { kind: "container", container: "proxy", until: "ready", optional: false },
];
const CHECK: Spec["startDeps"] = [{ kind: "tcp", host: "127.0.0.1", port: 1 }];
const waits: Partial<Spec> = { startDeps: CONTAINER };
const checks: Partial<Spec> = { startDeps: CHECK };
const serves: Partial<Spec> = { stopDeps: [{ container: "main", when: "final" }] };
const supervised: Partial<Spec> = { handOver: false };

const open = { kind: "observed", pod: pod([unready("main"), ready("proxy")]) } as const;
const mainEnded = { kind: "observed", pod: pod([ended("main", 0), ready("proxy")]) } as const;
const NOTHING_LEFT = { inGroup: false, asChildren: false };
const exited = (code: number) => ({ kind: "exited", code }) as const;

/** The ports that give a promise. */
const PROMISING = new Set(["podSource", "probe", "call", "launch", "handOver"]);

/** Fails each use of one port: by throwing, or by a promise that is rejected. */
function failing(port: string, how: "throws" | "rejects", times = Infinity): Fault {
  let left = times;
  return (used) => {
    if (used !== port || left-- <= 0) return;
    const error = new Error(`no ${port}`);
    if (how === "throws") throw error;
    return Promise.reject(error);
  };
}

function outcomeOf(world: World) {
  const ended = world.ended();
  if (ended === undefined || ended instanceof Error) return ended;
  const { code, reason } = ended;
  return { code, reason };
}

function messages({ lines }: World, level: string): readonly string[] {
  return lines.filter((line) => line.level === level).map(({ message }) => message);
}

Deno.test("a gate that opens launches the command, whose end is koordinator's", async () => {
  const world = await startWorld({ ...waits, ...supervised });
  assertEquals(world.asked, ["publish waiting", "reports", "podSource", "listen"]);
  await world.news(open);
  assertEquals(world.asked.slice(-2), ["publish running", "launch true"]);
  assertEquals(world.ended(), undefined);
  await world.end(exited(3));
  assertEquals(outcomeOf(world), { code: 3, reason: undefined });
});

Deno.test("what is no longer needed is asked no more", async () => {
  const world = await startWorld({
    ...supervised,
    startDeps: [...CONTAINER, ...CHECK],
  });
  await world.probed(true);
  await world.news(open);
  assertEquals(
    world.asked.filter((asked) => asked.endsWith("no more")).toSorted(),
    ["podSource no more", "probe no more", "reports no more"],
  );
});

Deno.test("the last line of the log says how it ended and how long everything took", async () => {
  const world = await startWorld({ ...waits, ...supervised, stopDelay: seconds(2) });
  await world.clock.advance(5_000);
  await world.news(open);
  await world.clock.advance(60_000);
  await world.signal("SIGTERM");
  await world.clock.advance(2_500);
  await world.end({ kind: "signalled", signal: 15 });
  assertEquals(world.lines.at(-1), {
    level: "info",
    event: "ended",
    message: "the command has ended: SIGTERM after 1m2s500ms",
    fields: {
      because: "terminated",
      exitCode: 143,
      end: { kind: "signalled", signal: 15 },
      waitedMs: 5_000,
      ranMs: 62_500,
      stopMs: 2_500,
    },
  });
});

Deno.test("every timer of the machine fires when it is due, however far away that is", async () => {
  const startTimeout = parseDuration("600h");
  const world = await startWorld({ ...waits, startTimeout });
  await world.clock.advance(3_600_000);
  // At once, after 10 s, and less and less often.
  assertEquals(messages(world, "info").length, 17);
  await world.clock.advance((startTimeout ?? 0) - 3_600_001);
  assertEquals(world.ended(), undefined);
  await world.clock.advance(1);
  assertEquals(outcomeOf(world), {
    code: 124,
    reason: "start timeout: still waiting for proxy (nothing known of the pod yet)",
  });
});

Deno.test("a signal is forwarded, and what the terminal stopped suspends koordinator", async () => {
  const world = await startWorld(supervised);
  await world.signal("SIGHUP");
  await world.stopped();
  assertEquals(world.asked.slice(-2), ["signal SIGHUP process", "suspend 2 terminal"]);
});

Deno.test("a stop climbs from its action to SIGKILL, each step when its time is over", async () => {
  const action = { kind: "http", call: quitCall(15020) } as const;
  const world = await startWorld({ ...serves, whenStopDepExited: action });
  const asked = () => world.asked.filter((each) => /^(call|signal)/.test(each));
  await world.news(mainEnded);
  assertEquals(asked(), ["call 15020"]);
  await world.clock.advance(30_000);
  assertEquals(asked().slice(1), ["signal SIGTERM process"]);
  await world.clock.advance(30_000);
  assertEquals(asked().slice(2), ["signal SIGKILL group"]);
  await world.end({ kind: "signalled", signal: 9 });
  assertEquals((await world.outcome).code, 137);
});

Deno.test("a command that asks to stop counts by its exit code", async () => {
  const action = { kind: "exec", command: ["quit", "now"] } as const;
  const world = await startWorld({ ...serves, whenStopDepExited: action });
  await world.news(mainEnded);
  assert(world.asked.includes("launch quit now"));
  await world.end(exited(1));
  assertEquals(world.asked.at(-1), "signal SIGTERM process");
  assertStringIncludes(messages(world, "warning").join("\n"), "quit: exit code 1");
});

Deno.test("calls after the exit are made one after the other, then koordinator ends", async () => {
  const afterExit = [1, 2].map((port) => ({
    call: quitCall(port),
    on: "always" as const,
    lastOf: [],
  }));
  const world = await startWorld({ afterExit });
  await world.end(exited(0));
  assertEquals(world.asked.filter((asked) => asked.startsWith("call")), ["call 1", "call 2"]);
  assertEquals(outcomeOf(world), { code: 0, reason: undefined });
});

Deno.test("koordinator becomes a command that needs it no more, and says so first", async () => {
  const world = await startWorld({});
  assertEquals(world.asked, ["publish running", "handOver", "became the command"]);
  assertEquals(world.statuses.at(-1)?.phase, "handed over");
});

Deno.test("a signal that comes in the last moment before a hand-over reaches the command", async () => {
  const world = await startWorld({}, { whileHandingOver: ({ signal }) => void signal("SIGTERM") });
  assertEquals(world.asked.filter((asked) => /^(launch|signal)/.test(asked)), [
    "launch true",
    "signal SIGTERM process",
  ]);
  await world.end({ kind: "signalled", signal: 15 });
  assertEquals(outcomeOf(world), { code: 143, reason: undefined });
});

Deno.test("what an effect brings about waits until the effects before it are done", async () => {
  // A source that knows the pod already tells of it while it is being asked.
  const world = await startWorld({ ...serves, restart: DEFAULT_SPEC.restart }, {
    replace: {
      podSource: (tell, signal) => {
        tell(mainEnded);
        return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
      },
    },
  });
  assertEquals(world.asked, [
    "publish running",
    "launch true",
    "reports",
    "signal SIGTERM process",
    "publish stopping",
    "reports no more",
    "listen",
  ]);
});

Deno.test("who terminates a wait is not kept waiting by sources that never answer", async () => {
  const world = await startWorld({ ...waits, ...checks });
  await world.signal("SIGTERM");
  assertEquals(outcomeOf(world), {
    code: 143,
    reason: "SIGTERM while waiting for start dependencies: nothing launched",
  });
});

for (const how of ["throws", "rejects"] as const) {
  Deno.test(`a watch that ${how} is told, and begun again after ten seconds`, async () => {
    const world = await startWorld({ ...waits, ...supervised }, {
      fault: failing("podSource", how, 1),
    });
    assertEquals(messages(world, "error"), ["koordinator failed at observePod: no podSource"]);
    await world.clock.advance(10_000);
    await world.news(open);
    assertEquals(world.asked.at(-1), "launch true");
  });

  Deno.test(`a check that ${how} is told, and begun again after ten seconds`, async () => {
    const world = await startWorld({ ...checks, ...supervised }, {
      fault: failing("probe", how, 1),
    });
    assertEquals(messages(world, "error"), ["koordinator failed at probe: no probe"]);
    await world.clock.advance(10_000);
    await world.probed(true);
    assertEquals(world.asked.at(-1), "launch true");
  });

  Deno.test(`a stop action that ${how} is followed by the term signal at once`, async () => {
    const action = { kind: "http", call: quitCall(15020) } as const;
    const world = await startWorld({ ...serves, whenStopDepExited: action }, {
      fault: failing("call", how),
    });
    await world.news(mainEnded);
    assertEquals(world.asked.at(-1), "signal SIGTERM process");
  });

  Deno.test(`a call after the exit that ${how} is not the last one, nor keeps koordinator from ending`, async () => {
    const afterExit = [1, 2].map((port) => ({
      call: quitCall(port),
      on: "always" as const,
      lastOf: [],
    }));
    const world = await startWorld({ afterExit }, { fault: failing("call", how) });
    await world.end(exited(4));
    assertEquals(world.asked.filter((asked) => asked.startsWith("call")), ["call 1", "call 2"]);
    assertEquals(outcomeOf(world), { code: 4, reason: undefined });
  });

  Deno.test(`a launch that ${how} ends koordinator with the reason`, async () => {
    const world = await startWorld(supervised, { fault: failing("launch", how) });
    assertEquals(outcomeOf(world), { code: 125, reason: "no launch" });
  });

  Deno.test(`a hand-over that ${how} ends koordinator with the reason`, async () => {
    const world = await startWorld({}, { fault: failing("handOver", how) });
    assertEquals(outcomeOf(world), { code: 125, reason: "no handOver" });
  });
}

Deno.test("an end that something follows is told in words, and a failure is a warning", async () => {
  const calls = { afterExit: [{ call: quitCall(1), on: "always" as const, lastOf: [] }] };
  const toldOf = async (code: number) => {
    const world = await startWorld(calls);
    await world.clock.advance(2_500);
    await world.end(exited(code));
    return world.lines.filter(({ event }) => event === "commandEnded")
      .map(({ level, message }) => `${level}: ${message}`);
  };
  assertEquals(await toldOf(4), ["warning: the command has ended: exit code 4 after 2s500ms"]);
  assertEquals(await toldOf(0), ["info: the command has ended: exit code 0 after 2s500ms"]);
});

Deno.test("an end of which nobody tells is noticed at the next event, whatever that is", async () => {
  const end = Promise.withResolvers<ExitStatus>();
  let over = false;
  const world = await startWorld(supervised, {
    replace: {
      launch: () => ({
        pid: 2,
        ended: end.promise,
        onStop: () => {},
        kill: () => {},
        left: () => NOTHING_LEFT,
      }),
      lookAgain: () => over && end.resolve(exited(6)),
    },
  });
  over = true;
  assertEquals(world.ended(), undefined);
  await world.signal("SIGWINCH");
  assertEquals(outcomeOf(world), { code: 6, reason: undefined });
});

Deno.test("a source that ends by itself is begun again like one that failed", async () => {
  let begun = 0;
  const world = await startWorld(waits, {
    replace: { podSource: () => Promise.resolve(void begun++) },
  });
  await world.clock.advance(25_000);
  assertEquals(begun, 3);
});

Deno.test("a log that throws and a status that cannot be written keep nothing from happening", async () => {
  const broken: Fault = (port) => {
    if (port === "log" || port === "publishStatus" || port === "lookAgain") {
      throw new Error(port);
    }
  };
  const world = await startWorld({ ...waits, ...supervised }, { fault: broken });
  await world.clock.advance(20_000);
  await world.news(open);
  await world.end(exited(0));
  assertEquals(outcomeOf(world), { code: 0, reason: undefined });
});

Deno.test("a status that cannot be made is told once, however often it is published", async () => {
  const told = (world: World) =>
    messages(world, "error").filter((message) => /cannot say how it is/.test(message));
  let fault = "no such phase";
  const faults: ((error: unknown) => void)[] = [];
  const later = await startWorld({ ...waits, ...supervised }, {
    replace: {
      publishStatus: (_look, _contact, _isLast, failed) => {
        faults.push(failed);
        failed(new Error(fault));
      },
    },
  });
  await later.news(open);
  assertEquals(told(later), ["koordinator cannot say how it is: no such phase"]);
  fault = "no such contact";
  for (const failed of faults) failed(new Error(fault));
  assertEquals(told(later).slice(1), ["koordinator cannot say how it is: no such contact"]);
  await later.end(exited(0));
  assertEquals(outcomeOf(later), { code: 0, reason: undefined });

  const thrown = await startWorld(waits, { fault: failing("publishStatus", "throws") });
  await thrown.news(open);
  assertEquals(told(thrown), ["koordinator cannot say how it is: no publishStatus"]);
});

Deno.test("who cannot listen to signals cannot supervise, and says so", async () => {
  const world = await startWorld(waits, { fault: failing("listen", "throws") });
  assertEquals(String(world.ended()), "Error: no listen");
});

Deno.test("an error that nobody caught is told, and all that may be gone with it begun again", async () => {
  const world = await startWorld({ ...supervised, startDeps: [...CONTAINER, ...CHECK] });
  const asked = () => world.asked.filter((each) => /^(podSource|reports|probe)( tcp)?$/.test(each));
  assertEquals(asked().toSorted(), ["podSource", "probe tcp", "reports"]);
  await world.crash("Error: boom");
  assertEquals(messages(world, "error"), ["internal error: Error: boom"]);
  await world.clock.advance(10_000);
  assertEquals(asked().slice(3).toSorted(), ["podSource", "probe tcp", "reports"]);
  await world.probed(true);
  await world.news(open);
  assertEquals(world.asked.at(-1), "launch true");
});

Deno.test("an error that nobody caught is no end of a command that runs", async () => {
  const world = await startWorld(supervised);
  await world.crash("Error: boom");
  assertEquals(world.ended(), undefined);
  await world.end(exited(2));
  assertEquals(outcomeOf(world), { code: 2, reason: undefined });
});

const lives: readonly (readonly [what: string, spec: Partial<Spec>])[] = [
  ["waits, serves and calls", {
    startDeps: [...CONTAINER, ...CHECK],
    ...serves,
    whenStopDepExited: { kind: "http", call: quitCall(1) },
    afterExit: [{ call: quitCall(2), on: "always", lastOf: [] }],
  }],
  ["answers for its group and is launched again", {
    startDeps: [...CONTAINER, ...CHECK],
    ...serves,
    killMode: "group",
    stopDelay: seconds(1),
    whenStopDepExited: { kind: "exec", command: ["quit"] },
    restart: { policy: "onFailure", maxRetries: 1, backoff: seconds(1) },
  }],
  ["is replaced by its command", { startDeps: [...CONTAINER, ...CHECK] }],
];

for (const [what, spec] of lives) {
  for (const how of ["throws", "rejects"] as const) {
    Deno.test(`whichever use of whichever port ${how}, a supervisor that ${what} comes to an end that it was told to`, async () => {
      for (let failingUse = 1, uses = Infinity; failingUse <= uses; failingUse++) {
        let use = 0;
        let failed = "";
        const world = await startWorld(spec, {
          lingers: 3,
          fault: (port) => {
            if (++use !== failingUse) return;
            failed = port;
            const error = new Error(port);
            if (how === "throws" || !PROMISING.has(port)) throw error;
            return Promise.reject(error);
          },
        });
        await world.probed(true);
        await world.news(open);
        await world.clock.advance(20_000);
        await world.probed(true);
        await world.news(open);
        await world.end(exited(1));
        await world.clock.advance(20_000);
        await world.news(mainEnded);
        await world.clock.advance(100_000);
        await world.end({ kind: "signalled", signal: 9 });
        await world.signal("SIGTERM");
        await world.end({ kind: "signalled", signal: 9 });
        await world.clock.advance(100_000);
        const isOver = world.ended() !== undefined || world.asked.includes("became the command");
        assert(isOver, `use ${failingUse}, ${failed}: ${world.asked.join(", ")}`);
        uses = failed === "" ? 0 : Infinity;
      }
    });
  }
}

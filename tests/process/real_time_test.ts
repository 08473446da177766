// Real-time signals (systemd's images are stopped by SIGRTMIN+3), which the executable alone can hear.
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { REAL_TIME, SIGNALS } from "../../lib/spec/signal.ts";
import { cProgram, HAS_CC } from "../support/c_program.ts";
import { IS_ROOT } from "../support/executable.ts";
import { eventually, processField } from "./fixture.ts";
import { type Mode, send, start, SUPERVISED, supervisorOf } from "./modes.ts";

const HALT = SIGNALS["SIGRTMIN+3"];
const NUMBERS = REAL_TIME.map((name) => SIGNALS[name]);
const NOWHERE = { startDeps: [{ file: "/no/such/file" }] };

/** Defines a test for the executable, as an ordinary process and as PID 1. */
function inBothModes(title: string, test: (mode: Mode) => Promise<void>): void {
  for (const init of [false, true]) {
    const mode = { name: `the executable${init ? " as PID 1" : ""}`, init, compiled: true };
    Deno.test({
      name: `${mode.name}: ${title}${init ? " (needs root)" : ""}`,
      ignore: init && !IS_ROOT || !HAS_CC,
      fn: () => test(mode),
    });
  }
}

const command = () => cProgram("real_time", { folder: "process" });

/** Until koordinator has a handler for real-time signals. */
async function listens(pid: number): Promise<void> {
  await eventually(
    () => (set(pid, "SigCgt") >> BigInt(HALT - 1) & 1n) === 1n || undefined,
    () => "koordinator to listen",
  );
}

function set(pid: number, field: string): bigint {
  return BigInt(`0x${processField(pid, field) ?? "0"}`);
}

function has(output: string, line: string): true | undefined {
  return output.split("\n").includes(line) || undefined;
}

/** The numbers that the command has got, in their order. */
function got(output: string): readonly number[] {
  return [...output.matchAll(/^got (\d+)\.$/gm)].map(([, number]) => Number(number));
}

inBothModes("every real-time signal reaches the command", async (mode) => {
  await using run = await start(mode, [await command()]);
  await run.says(/^up$/m);
  const supervisor = await supervisorOf(mode, run);
  await listens(supervisor);
  for (const number of NUMBERS) {
    send(number, supervisor);
    await run.says(new RegExp(`^got ${number}\\.$`, "m"));
  }
  run.output();
  send(SIGNALS.SIGTERM, supervisor);
  assertEquals((await run.status).code, 7);
  assertEquals(got(run.output()), NUMBERS);
});

inBothModes("as many as are sent reach the command, of the same number too", async (mode) => {
  await using run = await start(mode, [await command()]);
  await run.says(/^up$/m);
  const supervisor = await supervisorOf(mode, run);
  const script =
    `for i in $(seq 200); do kill -${HALT} ${supervisor}; kill -64 ${supervisor}; done`;
  const { success } = await new Deno.Command("sh", { args: ["-c", script] }).output();
  assertEquals(success, true);
  await eventually(
    () => got(run.output()).length >= 400 || undefined,
    () => `400 signals; ${got(run.output()).length} came`,
  );
  send(SIGNALS.SIGTERM, supervisor);
  assertEquals((await run.status).code, 7);
  assertEquals(got(run.output()).filter((number) => number === 64).length, 200);
});

inBothModes(
  "a storm of SIGRTMAX, faster than it can be passed on, does not hold back SIGTERM",
  async (mode) => {
    await using run = await start(mode, [await command()]);
    await run.says(/^up$/m);
    const supervisor = await supervisorOf(mode, run);
    await listens(supervisor);
    const storm = new Deno.Command(await cProgram("storm", { folder: "process" }), {
      args: [String(supervisor), String(SIGNALS.SIGRTMAX)],
    }).spawn();
    await run.says(/^got 64\.$/m);
    send(SIGNALS.SIGTERM, supervisor);
    await eventually(
      () => /^Z|^undefined/.test(`${processField(supervisor, "State")}`) || undefined,
      () => "its end",
    );
    assertEquals((await run.status).code, 7);
    await storm.status;
  },
);

inBothModes(
  "real-time signals reach the command where the queue of signals is full",
  async (mode) => {
    const under = ["prlimit", "--sigpending=0"];
    await using run = await start(mode, [await command()], SUPERVISED, { under });
    await run.says(/^up$/m);
    const supervisor = await supervisorOf(mode, run);
    await listens(supervisor);
    for (const number of [34, HALT, 64]) {
      send(number, supervisor);
      await run.says(new RegExp(`^got ${number}\\.$`, "m"));
    }
    send(SIGNALS.SIGTERM, supervisor);
    assertEquals((await run.status).code, 7);
  },
);

inBothModes("SIGRTMIN+3 before koordinator listens launches nothing", async (mode) => {
  await using run = await start(mode, [await command()]);
  const supervisor = await supervisorOf(mode, run);
  // Blocked by the loader: earlier it would end the process as any other.
  await eventually(
    () => set(supervisor, "SigBlk") >> BigInt(HALT - 1) & 1n || has(run.output(), "up"),
    () => "the loader",
  );
  send(HALT, supervisor);
  // Unless the command was there first.
  await run.says(new RegExp(`^got ${HALT}\\.$|SIGRTMIN\\+3 while waiting`, "m"));
});

inBothModes("SIGRTMIN+3 ends a container that is held back", async (mode) => {
  await using run = await start(mode, [await command()], NOWHERE);
  const supervisor = await supervisorOf(mode, run);
  await listens(supervisor);
  send(HALT, supervisor);
  assertEquals((await run.status).code, 143);
  assertStringIncludes(run.output(), "SIGRTMIN+3 while waiting for start dependencies");
});

inBothModes("a termSignal of SIGRTMIN+3 is delayed as a termination", async (mode) => {
  const spec = { termSignal: "RTMIN+3", stopDelay: "200ms" };
  await using run = await start(mode, [await command()], spec);
  await run.says(/^up$/m);
  const supervisor = await supervisorOf(mode, run);
  await listens(supervisor);
  send(HALT, supervisor);
  await run.says(/SIGRTMIN\+3 received: held back for 200ms/);
  await run.says(new RegExp(`^got ${HALT}\\.$`, "m"));
});

inBothModes("signals maps real-time signals", async (mode) => {
  const spec = { signals: { TERM: "SIGRTMIN+3", "RTMAX-1": "TERM" } };
  await using run = await start(mode, [await command()], spec);
  await run.says(/^up$/m);
  const supervisor = await supervisorOf(mode, run);
  send(SIGNALS.SIGTERM, supervisor);
  await run.says(new RegExp(`^got ${HALT}\\.$`, "m"));
  send(63, supervisor);
  assertEquals((await run.status).code, 7);
});

inBothModes("the command finds no real-time signal blocked, caught or ignored", async (mode) => {
  const look = ["grep", "-E", "^Sig(Ign|Blk|Cgt)", "/proc/self/status"];
  const gate = await Deno.makeTempFile();
  for (const spec of [SUPERVISED, {}, { startDeps: [{ file: gate }] }]) {
    await using run = await start(mode, look, spec);
    assertEquals((await run.status).code, 0);
    for (const field of ["SigIgn", "SigBlk", "SigCgt"]) {
      assertMatch(run.output(), new RegExp(`^${field}:\\s+[01]{8}`, "m"));
    }
  }
  await Deno.remove(gate);
});

inBothModes("what was blocked at the start is so for the command, and passed on", async (mode) => {
  const under = ["env", "--block-signal=RTMIN+3"];
  await using run = await start(mode, ["sleep", "1000"], SUPERVISED, { under });
  const supervisor = await supervisorOf(mode, run);
  const children = `/proc/${supervisor}/task/${supervisor}/children`;
  const sleep = await eventually(
    () =>
      Deno.readTextFileSync(children).trim().split(" ").map(Number)
        .find((pid) => processField(pid, "Name") === "sleep"),
    () => "the command",
  );
  send(HALT, supervisor);
  await eventually(
    () => set(sleep, "ShdPnd") >> BigInt(HALT - 1) & 1n || undefined,
    () => "SIGRTMIN+3 to be pending in the command",
  );
});

inBothModes("what comes while koordinator becomes its command is the command's", async (mode) => {
  const gate = await Deno.makeTempFile();
  await Deno.remove(gate);
  await using run = await start(mode, [await command()], { startDeps: [{ file: gate }] });
  const supervisor = await supervisorOf(mode, run);
  await listens(supervisor);
  await Deno.writeTextFile(gate, "");
  await run.says(/^up$/m);
  send(HALT, supervisor);
  await run.says(new RegExp(`^got ${HALT}\\.$`, "m"));
  await Deno.remove(gate);
});

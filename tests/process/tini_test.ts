// The cases of tini's test suite, T1 to T14, in our own words: docs/explanation/pid1.md has the table.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { childrenOf, descendantsOf, eventually, processField, TERMINAL } from "./fixture.ts";
import {
  casesIn,
  inEveryMode,
  scriptFile,
  send,
  start,
  SUPERVISED,
  supervisorOf,
} from "./modes.ts";

inEveryMode("T1 an exit code may be mapped, and every other stays", async (mode) => {
  for (const code of casesIn(mode, [0, 1, 2, 32, 64, 127, 254, 255])) {
    for (const [from, expected] of [[code, 0], [(code + 1) % 256, code]] as const) {
      const spec = { ...SUPERVISED, exitCodes: { [from]: 0 } };
      await using run = await start(mode, ["sh", "-c", `exit ${code}`], spec);
      assertEquals((await run.status).code, expected);
    }
  }
});

const BURST =
  "i=0; while [ $i -lt 100 ]; do i=$((i+1)); (sleep 0.2 >&- 2>&- <&- &) ; done; echo burst";

inEveryMode(
  "T2 T10 hundreds of orphans in bursts are reaped while the command runs",
  async (mode) => {
    const bursts = casesIn(mode, [1, 2, 3, 4, 5]).join(" ");
    const script =
      `for burst in ${bursts}; do ${BURST}; sleep 0.1; done; echo made; read x; exit 4`;
    await using run = await start(mode, ["sh", "-c", script]);
    await run.says(/made/);
    const supervisor = await supervisorOf(mode, run);
    await eventually(
      () => childrenOf(supervisor).length === 1 || undefined,
      () => `the command alone: ${childrenOf(supervisor).map((pid) => processField(pid, "State"))}`,
    );
    await run.write("end\n");
    assertEquals((await run.status).code, 4);
  },
);

/** The process that is to become the command, tools/seal/held.c. */
const HELD = "koordinator cmd";

inEveryMode("T2 orphans are reaped while the command is held back", async (mode) => {
  const gate = await Deno.makeTempFile();
  await Deno.remove(gate);
  const spec = { startDeps: [{ file: gate }], stopDelay: "1ms" };
  // The shell becomes koordinator, and leaves it children that it has never heard of.
  const under = ["sh", "-c", `${BURST}; exec "$@"`, "sh"];
  await using run = await start({ ...mode, init: false }, ["sh", "-c", "exit 5"], spec, { under });
  await run.says(/burst/);
  await eventually(
    () => childrenOf(run.pid).every((pid) => processField(pid, "Name") === HELD) || undefined,
    () => "no orphan and no zombie",
  );
  await Deno.writeTextFile(gate, "");
  assertEquals((await run.status).code, 5);
  await Deno.remove(gate);
});

for (const [signal, code] of [[15, 143], [10, 138], [12, 140]] as const) {
  inEveryMode(`T4 T11 a command that signal ${signal} ends gives ${code}`, async (mode) => {
    await using run = await start(mode, ["sh", "-c", "echo up; exec sleep 1000"]);
    await run.says(/up/);
    send(signal, await supervisorOf(mode, run));
    assertEquals((await run.status).code, code);
  });
}

inEveryMode("T5 in group mode a signal reaches the whole group", async (mode) => {
  const script = "trap '' USR1; sh -c \"trap - USR1; echo up; exec sleep 1000\" & wait; exit 7";
  const grandchild = `env --default-signal=USR1 sh -c 'echo up; exec sleep 1000'`;
  await using run = await start(mode, [
    "sh",
    "-c",
    script.replace(/sh -c ".*"/, grandchild),
  ], { ...SUPERVISED, killMode: "group" });
  await run.says(/up/);
  send(10, await supervisorOf(mode, run));
  assertEquals((await run.status).code, 7);
});

inEveryMode(
  "T7 the command finds the signals blocked and ignored as at the start",
  async (mode) => {
    const under = ["env", "--ignore-signal=HUP,INT,TTOU", "--block-signal=CHLD,TERM,ILL,TTIN"];
    const print = ["grep", "Sig", "/proc/self/status"];
    const waiting = { startDeps: [{ file: "/proc/self" }] };
    for (const spec of [SUPERVISED, null, waiting, { ...waiting, ...SUPERVISED }]) {
      await using run = await start(mode, print, spec, { under });
      await run.status;
      // glibc's posix_spawn adds its own signals 32 and 33 to those ignored, which no program sees.
      assertMatch(run.output(), /^SigIgn:\s+0000000[01][08]0200003$/m);
      assertMatch(run.output(), /^SigBlk:\s+0000000000114008$/m);
    }
  },
);

inEveryMode("T9 stdin reaches the command", async (mode) => {
  await using run = await start(mode, ["sh"]);
  await run.write("exit 17\n");
  assertEquals((await run.status).code, 17);
});

inEveryMode("T12 help ends 0, a command that is not there 127, none at all 125", async (mode) => {
  for (const [argv, code] of [[["help"], 0], [["zzzz"], 127], [[], 125]] as const) {
    await using run = await start(mode, argv);
    assertEquals((await run.status).code, code);
  }
});

inEveryMode("T13 on a terminal what is typed reaches the command", async (mode) => {
  await using run = await start(mode, ["sh"], SUPERVISED, { under: TERMINAL });
  await run.says(/[$#] $/);
  await run.write("exit 3\n");
  assertEquals((await run.status).code, 3);
});

inEveryMode("T13 on a terminal Ctrl-C reaches the command, once", async (mode) => {
  await using script = await scriptFile(
    "trap 'n=$((n+1)); echo interrupted $n' INT; echo up; " +
      "while [ ! -e $0.done ]; do sleep 0.05; done; exit 6",
  );
  await using run = await start(mode, ["sh", script.path], SUPERVISED, { under: TERMINAL });
  await run.says(/up/);
  await run.write("\x03");
  await run.says(/interrupted 1/);
  await Deno.writeTextFile(`${script.path}.done`, "");
  assertEquals((await run.status).code, 6);
  assert(!run.output().includes("interrupted 2"));
});

inEveryMode(
  "everything that the command started is gone when koordinator has ended",
  async (mode) => {
    const script = "(trap '' TERM; sleep 1000 >&- 2>&- <&-) & echo up; read x; exit 0";
    await using run = await start(mode, ["sh", "-c", script]);
    await run.says(/up/);
    const all = descendantsOf(run.pid);
    await run.write("end\n");
    assertEquals((await run.status).code, 0);
    await eventually(
      () => all.every((pid) => processField(pid, "State") === undefined) || undefined,
      () => "no leftover",
    );
  },
);

// The cases of dumb-init's test suite, D1 to D16, in our own words: docs/explanation/pid1.md has the table.
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { FORWARDED, type SignalName, SIGNALS } from "../../lib/spec/signal.ts";
import { descendantsOf, eventually, type Fixture, processField, TERMINAL } from "./fixture.ts";
import {
  casesIn,
  inEveryMode,
  type Mode,
  scriptFile,
  send,
  start,
  SUPERVISED,
  supervisorOf,
} from "./modes.ts";

/** Three members of one process group, none of which the shell would kill. */
const PIPELINE = "sleep 1000 2>&- | sleep 1000 2>&- | (echo up >&2; exec sleep 1000 >&- 2>&-)";

/** The sleeping descendants that are alive. */
function sleepers(pids: readonly number[]): readonly number[] {
  return pids.filter((pid) =>
    processField(pid, "Name") === "sleep" && !processField(pid, "State")?.startsWith("Z")
  );
}

async function pipeline(mode: Mode, killMode: string): Promise<Fixture> {
  const run = await start(mode, ["sh", "-c", PIPELINE], { ...SUPERVISED, killMode });
  await run.says(/up/);
  await eventually(
    () => sleepers(descendantsOf(run.pid)).length === 3 || undefined,
    () => "three processes",
  );
  return run;
}

inEveryMode("D1 in group mode SIGTERM ends every process of the group", async (mode) => {
  await using run = await pipeline(mode, "group");
  const all = sleepers(descendantsOf(run.pid));
  send(15, await supervisorOf(mode, run));
  assertEquals((await run.status).code, 143);
  await eventually(() => sleepers(all).length === 0 || undefined, () => "no process left");
});

inEveryMode("D3 what is left of the group is killed when the command has ended", async (mode) => {
  await using run = await pipeline(mode, "mixed");
  const all = sleepers(descendantsOf(run.pid));
  send(15, await supervisorOf(mode, run));
  assertEquals((await run.status).code, 143);
  await eventually(() => sleepers(all).length === 0 || undefined, () => "no process left");
});

inEveryMode("D2 D4 in process mode the rest of the group is left alone", async (mode) => {
  if (mode.init) return; // The kernel kills everything when PID 1 ends.
  await using run = await pipeline(mode, "process");
  const all = sleepers(descendantsOf(run.pid));
  send(15, run.pid);
  assertEquals((await run.status).code, 143);
  assertEquals(sleepers(all).length, 3);
  send(9, ...all);
});

inEveryMode("D5 a command that does not exist ends 127 and is named", async (mode) => {
  for (const argv of [["/doesnotexist"], ["--", "/doesnotexist"], ["/doesnotexist", "--x"]]) {
    await using run = await start(mode, argv);
    assertEquals((await run.status).code, 127);
    assertStringIncludes(run.output(), "/doesnotexist: no such file");
  }
});

inEveryMode("D6 a rewrite map that is none is a usage error", async (mode) => {
  const wrong = [{ SIGFOO: "SIGTERM" }, { SIGTERM: "32x" }, { SIGKILL: "SIGTERM" }, [1]];
  for (const signals of casesIn<unknown>(mode, wrong)) {
    await using run = await start(mode, ["true"], { signals });
    assertEquals((await run.status).code, 125);
    assertStringIncludes(run.output(), "$.signals");
  }
});

inEveryMode("D7 the command keeps the working directory", async (mode) => {
  const cwd = await Deno.realPath(await Deno.makeTempDir());
  await using run = await start(mode, ["pwd"], SUPERVISED, { cwd });
  await run.status;
  assertMatch(run.output(), new RegExp(`^${cwd}$`, "m"));
  await Deno.remove(cwd);
});

inEveryMode("D8 D9 the exit code is the command's, 128 + n after signal n", async (mode) => {
  for (const code of casesIn(mode, [0, 1, 2, 32, 64, 127, 254, 255])) {
    await using run = await start(mode, ["sh", "-c", `exit ${code}`]);
    assertEquals((await run.status).code, code);
  }
  for (const signal of casesIn(mode, [1, 3, 9, 15, 34, 64])) {
    await using run = await start(mode, ["sh", "-c", `kill -${signal} $$`]);
    assertEquals((await run.status).code, 128 + signal);
  }
});

/** Starts a command that says the number of each signal that it gets. */
async function listener(mode: Mode, signals: Readonly<Record<string, string | null>> = {}) {
  const traps = FORWARDED.map((name) => `trap 'echo got ${SIGNALS[name]}.' ${SIGNALS[name]};`);
  const script = `${traps.join(" ")} echo up; while :; do sleep 0.02; done`;
  const run = await start(mode, ["sh", "-c", script], { ...SUPERVISED, signals });
  await run.says(/up/);
  return { run, supervisor: await supervisorOf(mode, run) };
}

const STOPPING: readonly SignalName[] = ["SIGTSTP", "SIGTTIN", "SIGTTOU"];
const PLAIN = FORWARDED.filter((name) => !STOPPING.includes(name));

inEveryMode("D10 every signal arrives, one by one and in order", async (mode) => {
  const { run, supervisor } = await listener(mode);
  await using _ = run;
  for (const name of PLAIN) {
    send(SIGNALS[name], supervisor);
    await run.says(new RegExp(`got ${SIGNALS[name]}\\.\n$`));
  }
  const got = [...run.output().matchAll(/got (\d+)/g)].map(([, number]) => Number(number));
  assertEquals(got, PLAIN.map((name) => SIGNALS[name]));
});

for (
  const map of [
    { SIGTERM: "SIGINT" },
    { SIGTERM: "SIGINT", SIGINT: "SIGTERM", SIGQUIT: "SIGQUIT" },
    { SIGHUP: "SIGUSR2", SIGUSR2: "SIGHUP" },
  ] as const
) {
  inEveryMode(`D11 signals are rewritten: ${JSON.stringify(map)}`, async (mode) => {
    const { run, supervisor } = await listener(mode, map);
    await using _ = run;
    const rewritten = new Map<string, SignalName>(Object.entries(map));
    for (const name of ["SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGUSR2"] as const) {
      send(SIGNALS[name], supervisor);
      await run.says(new RegExp(`got ${SIGNALS[rewritten.get(name) ?? name]}\\.\n$`));
    }
  });
}

inEveryMode("D12 job-control signals that are rewritten still stop koordinator", async (mode) => {
  const map = { SIGTTIN: "SIGTERM", SIGTTOU: "SIGINT", SIGTSTP: "SIGHUP" } as const;
  const { run, supervisor } = await listener(mode, map);
  await using _ = run;
  for (const [from, to] of Object.entries(map)) {
    const name = STOPPING.find((stopping) => stopping === from) ?? "SIGTSTP";
    send(SIGNALS[name], supervisor);
    await run.says(new RegExp(`got ${SIGNALS[to]}\\.\n`));
    if (mode.init) continue; // PID 1 cannot be stopped.
    await stopped(supervisor);
    send(SIGNALS.SIGCONT, supervisor);
    await goesOn(supervisor);
  }
});

inEveryMode("D13 an ignored signal is not delivered, its neighbours are", async (mode) => {
  const { run, supervisor } = await listener(mode, { SIGUSR1: null });
  await using _ = run;
  send(SIGNALS.SIGHUP, supervisor);
  await run.says(/got 1\./);
  send(SIGNALS.SIGUSR1, supervisor);
  send(SIGNALS.SIGUSR2, supervisor);
  await run.says(/got 12\./);
  assertEquals(run.output().includes("got 10."), false);
});

function stopped(pid: number): Promise<true> {
  return eventually(
    () => processField(pid, "State")?.startsWith("T") || undefined,
    () => `${pid} to be stopped, it is ${processField(pid, "State")}`,
  );
}

function goesOn(pid: number): Promise<true> {
  return eventually(
    () => processField(pid, "State")?.startsWith("T") === false || undefined,
    () => `${pid} to go on`,
  );
}

inEveryMode(
  "D14 SIGTSTP stops the command and koordinator, SIGCONT lets both go on",
  async (mode) => {
    await using run = await start(mode, ["sh", "-c", "echo up; read x; exit 8"]);
    await run.says(/up/);
    const supervisor = await supervisorOf(mode, run);
    const [command = 0] = descendantsOf(supervisor);
    send(SIGNALS.SIGTSTP, supervisor);
    await stopped(command);
    if (!mode.init) await stopped(supervisor);
    send(SIGNALS.SIGCONT, supervisor);
    await goesOn(command);
    await run.write("end\n");
    assertEquals((await run.status).code, 8);
  },
);

inEveryMode(
  "D14 on a terminal Ctrl-Z stops the job for the shell above, fg lets it go on",
  async (mode) => {
    if (mode.init) return; // There is no shell above PID 1: the next test.
    await using script = await scriptFile("echo up; read x; echo read $x; exit 9");
    await using run = await start(mode, ["sh", script.path], SUPERVISED, {
      under: [...TERMINAL, "bash", "--norc", "-mc", '"$@"; echo back; fg; exit $?', "bash"],
    });
    await run.says(/up/);
    await run.write("\x1a");
    await run.says(/back/);
    await run.write("word\n");
    await run.says(/read word/);
    assertEquals((await run.status).code, 9);
  },
);

inEveryMode("D14 on a terminal without a shell above Ctrl-Z stops nothing", async (mode) => {
  if (!mode.init) return;
  await using script = await scriptFile("echo up; read x; echo read $x; exit 9");
  await using run = await start(mode, ["sh", script.path], SUPERVISED, { under: TERMINAL });
  await run.says(/up/);
  await run.write("\x1a");
  await run.write("word\n");
  await run.says(/read word/);
  assertEquals((await run.status).code, 9);
});

inEveryMode("D15 on a terminal the command has job control, and reads to the end", async (mode) => {
  await using shell = await start(mode, ["bash", "--norc", "-i"], SUPERVISED, { under: TERMINAL });
  await shell.says(/[$#] $/);
  await shell.write('echo "flags: $-"\nexit 4\n');
  assertEquals((await shell.status).code, 4);
  assertMatch(shell.output(), /flags: \w*m/);
  await using tac = await start(mode, ["tac"], SUPERVISED, { under: TERMINAL });
  const [command] = await eventually(
    () =>
      descendantsOf(tac.pid).filter((pid) => processField(pid, "Name") === "tac")[0] === undefined
        ? undefined
        : [true],
    () => "tac",
  );
  assertEquals(command, true);
  await tac.write("one\ntwo\n\x04");
  assertEquals((await tac.status).code, 0);
  assertMatch(tac.output(), /two\r?\none/);
});

import { assertEquals } from "@std/assert";
import { childrenOf, descendantsOf, eventually, processField, TERMINAL } from "./fixture.ts";
import { inEveryMode, scriptFile, send, start, SUPERVISED, supervisorOf } from "./modes.ts";

/** A shell with job control, on a terminal: `jobs` is what it does with koordinator, "$@". */
function jobs(commands: string): readonly string[] {
  return [...TERMINAL, "bash", "--norc", "-mc", commands, "bash"];
}

const READING = "echo up; read x; echo read $x; exit 9";

inEveryMode(
  "a job that was started in the background reads once it is brought forward",
  async (mode) => {
    if (mode.init) return; // There is no shell above PID 1.
    await using script = await scriptFile(READING);
    const under = jobs('"$@" & wait %1; echo stopped; fg; exit $?');
    await using run = await start(mode, ["sh", script.path], SUPERVISED, { under });
    await run.says(/stopped/);
    await run.write("word\n");
    await run.says(/read word/);
    assertEquals((await run.status).code, 9);
  },
);

inEveryMode(
  "a job that was sent to the background reads once it is brought forward",
  async (mode) => {
    if (mode.init) return;
    await using script = await scriptFile(READING);
    const under = jobs('"$@"; bg; wait %1; echo stopped; fg; exit $?');
    await using run = await start(mode, ["sh", script.path], SUPERVISED, { under });
    await run.says(/up/);
    await run.write("\x1a");
    await run.says(/stopped/);
    await run.write("word\n");
    await run.says(/read word/);
    assertEquals((await run.status).code, 9);
  },
);

inEveryMode(
  "what koordinator logs from the background neither stops it nor is lost",
  async (mode) => {
    if (mode.init) return;
    await using script = await scriptFile("exit 7");
    const under = jobs('stty tostop; "$@" & wait %1; echo code $?');
    await using run = await start(mode, ["sh", script.path], SUPERVISED, { under });
    await run.says(/the command has ended/);
    await run.says(/code 7/);
  },
);

inEveryMode("a command that is launched again has the terminal again", async (mode) => {
  if (mode.init) return; // unshare leaves PID 1 in a group that its namespace has no number for.
  await using script = await scriptFile("echo up; read x; echo read $x; exit 1");
  const spec = { restart: { policy: "onFailure", maxRetries: 1, backoff: "1ms" } };
  await using run = await start(mode, ["sh", script.path], spec, { under: TERMINAL });
  await run.says(/up/);
  await run.write("once\n");
  await run.says(/read once[^]*up/);
  await run.write("twice\n");
  await run.says(/read twice/);
  assertEquals((await run.status).code, 1);
});

inEveryMode("a new window size reaches the command once", async (mode) => {
  await using script = await scriptFile(
    "trap 'echo size $(stty size)' WINCH; echo up; while [ ! -e $0.end ]; do sleep 0.05; done; exit 5",
  );
  await using run = await start(mode, ["sh", script.path], SUPERVISED, { under: TERMINAL });
  await run.says(/up/);
  const [command = 0] = descendantsOf(run.pid);
  const terminal = await Deno.readLink(`/proc/${command}/fd/0`);
  new Deno.Command("stty", { args: ["-F", terminal, "rows", "40", "cols", "100"] }).outputSync();
  await run.says(/size 40 100/);
  await Deno.writeTextFile(`${script.path}.end`, "");
  assertEquals((await run.status).code, 5);
  assertEquals(run.output().split("size").length, 2);
});

inEveryMode("a new window size does not end a wait", async (mode) => {
  await using gate = await scriptFile("");
  const spec = { startDeps: [{ file: `${gate.path}.open` }], handOver: false };
  await using run = await start(mode, ["echo", "launched"], spec, { under: TERMINAL });
  await run.says(/waiting for file/);
  const supervisor = descendantsOf(run.pid).at(-1) ?? 0;
  const terminal = await Deno.readLink(`/proc/${supervisor}/fd/0`);
  new Deno.Command("stty", { args: ["-F", terminal, "rows", "40", "cols", "100"] }).outputSync();
  await Deno.writeTextFile(`${gate.path}.open`, "");
  await run.says(/^launched/m);
  assertEquals((await run.status).code, 0);
});

inEveryMode("SIGCONT lets the whole group go on, and is delivered once", async (mode) => {
  // It starts no process: one that is stopped before its exec leaves its parent waiting, not stopped.
  const child = "sh -c 'trap \"\" CONT; exec sleep 1000' <&- >&- 2>&- &";
  const script =
    `${child} trap 'echo cont' CONT; echo up; until read x; do :; done; echo read $x; exit 6`;
  await using run = await start(mode, ["sh", "-c", script]);
  await run.says(/up/);
  const supervisor = await supervisorOf(mode, run);
  const [command = 0] = childrenOf(supervisor);
  const [member = 0] = childrenOf(command);
  const stopped = (pid: number, wanted: boolean) =>
    eventually(
      () => processField(pid, "State")?.startsWith("T") === wanted || undefined,
      () => `${pid} to be ${wanted ? "stopped" : "going on"}`,
    );
  send(20, supervisor);
  // As PID 1 it does not stop, else it does so last.
  for (const pid of [command, member, ...mode.init ? [] : [supervisor]]) await stopped(pid, true);
  send(18, supervisor);
  for (const pid of [command, member]) await stopped(pid, false);
  await run.says(/cont/);
  await run.write("word\n");
  await run.says(/read word/);
  assertEquals(run.output().split("cont").length, 2);
});

import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { eventually, processField } from "./fixture.ts";
import { inEveryMode, send, start, supervisorOf } from "./modes.ts";

inEveryMode(
  "behind a start gate the command has koordinator's own pid, as an init insists on",
  async (mode) => {
    const gate = await Deno.makeTempFile();
    await Deno.remove(gate);
    const spec = { startDeps: [{ file: gate }] };
    // A shell blocks all signals while it waits, so it becomes what looks.
    const script = 'echo pid $$; ls /proc/$$/fd; exec "$@"';
    const look = ["grep", "-E", "^(Sig(Ign|Blk|Cgt)|Threads)", "/proc/self/status"];
    await using run = await start(mode, ["sh", "-c", script, "sh", ...look], spec);
    const supervisor = await supervisorOf(mode, run);
    await eventually(
      () => processField(supervisor, "SigCgt") !== "0000000000000000" || undefined,
      () => "koordinator to listen",
    );
    await Deno.writeTextFile(gate, "");
    assertEquals((await run.status).code, 0);
    const said = run.output().replace(/^\{.*\n/gm, "");
    assertMatch(said, new RegExp(`^pid ${mode.init ? 1 : run.pid}$`, "m"));
    assertMatch(said, /^Threads:\s+1$/m);
    assertMatch(said, /^SigIgn:\s+0000000[01][08]0000000$/m);
    assertMatch(said, /^SigBlk:\s+0000000000000000$/m);
    const descriptors = said.split("\n").filter((line) => /^\d+$/.test(line)).map(Number);
    // What this test itself was given may be passed on; koordinator adds nothing from 3 on.
    assertEquals(descriptors.filter((fd) => fd > 2 && fd < 10), []);
    await Deno.remove(gate);
  },
);

inEveryMode("a command that was handed over to is no subreaper", async (mode) => {
  if (mode.init) return; // PID 1 adopts orphans anyway.
  const spec = { startDeps: [{ file: "/proc/self" }] };
  const script = "(sleep 1000 <&- >&- 2>&- & echo orphan $!.); echo pid $$; read x; exit 5";
  await using run = await start(mode, ["sh", "-c", script], spec);
  await run.says(new RegExp(`pid ${run.pid}`));
  const orphan = Number((await run.says(/orphan (\d+)\./))[1]);
  assertNotEquals(processField(orphan, "PPid"), `${run.pid}`);
  send(9, orphan);
  await run.write("end\n");
  assertEquals((await run.status).code, 5);
});

inEveryMode("without a spec the command is there from the beginning", async (mode) => {
  await using run = await start(mode, ["sh", "-c", "echo pid $$; exit 5"], null);
  assertEquals((await run.status).code, 5);
  assertMatch(run.output(), new RegExp(`^pid ${mode.init ? 1 : run.pid}$`, "m"));
});

inEveryMode("SIGTERM at any moment of the wait launches nothing and ends 143", async (mode) => {
  const spec = { startDeps: [{ file: "/no/such/file" }] };
  await using run = await start(mode, ["sh", "-c", "echo launched"], spec);
  const supervisor = await supervisorOf(mode, run);
  // Bit 14 of the caught signals is SIGTERM: koordinator listens.
  await eventually(() => {
    const caught = BigInt(`0x${processField(supervisor, "SigCgt") ?? "0"}`);
    return (caught & (1n << 14n)) !== 0n || undefined;
  }, () => "koordinator to listen");
  send(15, supervisor);
  assertEquals((await run.status).code, 143);
  assertEquals(run.output().includes("launched\n"), false);
});

inEveryMode(
  "why koordinator ended stands in the termination message, unless the command wrote one",
  async (mode) => {
    const root = await Deno.makeTempDir();
    await Deno.mkdir(`${root}/dev`);
    const message = `${root}/dev/termination-log`;
    const env = { KOORDINATOR_ROOT: root };
    for (
      const [argv, spec, code, expected] of [
        [
          ["true"],
          { startDeps: [{ file: "/no" }], startTimeout: "50ms" },
          124,
          /^koordinator: start timeout/,
        ],
        [["/no/such"], { handOver: false }, 127, /^koordinator: \/no\/such: no such file/],
        [["true"], { nonsense: 1 }, 125, /^koordinator: .*\$\.nonsense/],
        [["sh", "-c", `echo mine > ${message}; exit 3`], { handOver: false }, 3, /^mine$/m],
        [["sh", "-c", "exit 3"], { handOver: false }, 3, /^$/],
      ] as const
    ) {
      await Deno.writeTextFile(message, "");
      await using run = await start(mode, argv, spec, { env });
      assertEquals((await run.status).code, code);
      assertMatch(await Deno.readTextFile(message), expected);
    }
    await Deno.remove(root, { recursive: true });
  },
);

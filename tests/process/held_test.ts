// The process that is made before the runtime, and becomes the command: tools/seal/held.c.
import { assertEquals, assertMatch } from "@std/assert";
import { runs } from "../support/c_program.ts";
import { executable, IS_ROOT } from "../support/executable.ts";
import { childrenOf, eventually, type Fixture, processField, startProcess } from "./fixture.ts";
import { times } from "../support/whole.ts";
import { SUPERVISED } from "./modes.ts";

/** A command that is held back until a file is there. */
async function heldBack(
  spec: Readonly<Record<string, unknown>> = SUPERVISED,
): Promise<{ readonly run: Fixture; readonly held: number; readonly release: () => void }> {
  const gate = await Deno.makeTempFile();
  await Deno.remove(gate);
  const script = 'trap "echo got a signal" TERM INT; echo number $$; read line; exit 7';
  const run = startProcess([await executable(), "sh", "-c", script], {
    env: { KOORDINATOR_SPEC: JSON.stringify({ startDeps: [{ file: gate }], ...spec }) },
  });
  const held = await eventually(() => childrenOf(run.pid)[0], () => "a process that is held");
  await eventually(
    () => processField(held, "Name") === "koordinator cmd" || undefined,
    () => "its name",
  );
  return { run, held, release: () => Deno.writeTextFileSync(gate, "") };
}

Deno.test("a command has the number of the process that was held for it, and its end is seen", async () => {
  const { held, release, ...started } = await heldBack();
  await using run = started.run;
  release();
  await run.says(new RegExp(`^number ${held}$`, "m"));
  await run.write("\n");
  assertEquals((await run.status).code, 7);
});

Deno.test("the process that is held is a few pages large and in a group of its own", async () => {
  const { held, ...started } = await heldBack();
  await using run = started.run;
  const anonymous = Number.parseInt(processField(held, "RssAnon") ?? "");
  assertEquals(anonymous <= 128, true, `${anonymous} kB of its own`);
  const group = (await Deno.readTextFile(`/proc/${held}/stat`)).split(") ")[1]?.split(" ")[2];
  assertEquals(group, String(held));
  run.kill("SIGTERM");
  assertEquals((await run.status).code, 143);
});

Deno.test("when the process that is held was killed, the command is launched as any other", async () => {
  const { held, release, ...started } = await heldBack();
  await using run = started.run;
  Deno.kill(held, "SIGKILL");
  release();
  const [, number] = await run.says(/^number (\d+)$/m);
  assertEquals(Number(number) === held, false);
  await run.write("\n");
  assertEquals((await run.status).code, 7);
});

Deno.test("a signal that was sent to the process that is held is not the command's", async () => {
  const { held, release, ...started } = await heldBack();
  await using run = started.run;
  Deno.kill(held, "SIGTERM");
  Deno.kill(held, "SIGINT");
  Deno.kill(held, "SIGSTOP");
  release();
  await run.says(/^number/m);
  await run.write("\n");
  assertEquals((await run.status).code, 7);
  assertEquals(/got a signal/.test(run.output()), false);
});

Deno.test("whoever is terminated while waiting leaves no process behind", async () => {
  const { held, ...started } = await heldBack();
  await using run = started.run;
  run.kill("SIGTERM");
  assertEquals((await run.status).code, 143);
  assertEquals(processField(held, "State"), undefined);
});

Deno.test("when koordinator is killed, the process that was held ends by itself", async () => {
  const { held, ...started } = await heldBack();
  await using run = started.run;
  run.kill("SIGKILL");
  await eventually(
    () => /^Z|^undefined/.test(`${processField(held, "State")}`) || undefined,
    () => "its end",
  );
});

Deno.test("a command that koordinator becomes has no child and no zombie", async () => {
  const script =
    'for child in $(cat /proc/$$/task/$$/children); do cat "/proc/$child/comm"; done; true';
  for (const spec of ["{}", '{"startDeps":[{"file":"/"}]}', '{"startDeps":[{"file":"/proc"}]}']) {
    await using run = startProcess([await executable(), "sh", "-c", script], {
      env: { KOORDINATOR_SPEC: spec },
    });
    assertEquals((await run.status).code, 0);
    // The shell's own, which reads the list.
    assertMatch(run.output().replace(/^\{.*\n/gm, ""), /^(cat: .*\n)*$/);
  }
});

for (
  const [name, launches] of [["CHLD", times(10, 2)], ["CONT", times(3, 1)], [
    "URG",
    times(3, 1),
  ]] as const
) {
  Deno.test(`a storm of SIG${name} while a command is launched does not cost it its number`, async () => {
    for (let launch = 0; launch < launches; launch++) {
      const { held, release, ...started } = await heldBack();
      await using run = started.run;
      await run.says(/waiting for/);
      const storm = new Deno.Command("bash", {
        args: ["-c", `while kill -${name} ${run.pid}; do :; done`],
        stderr: "null",
      }).spawn();
      release();
      await run.says(new RegExp(`^number ${held}$`, "m"));
      await run.write("\n");
      assertEquals((await run.status).code, 7);
      await storm.status;
    }
  });
}

Deno.test({
  name: "of what runs beside a command nothing is left to the command (needs strace)",
  ignore: !runs("strace"),
  fn: async () => {
    const forks = async (argv: readonly string[]) => {
      const trace = ["-f", "-qq", "-e", "trace=clone,fork,vfork", "-e", "signal=none"];
      await using run = startProcess(["strace", ...trace, await executable(), ...argv], {
        env: { KOORDINATOR_SPEC: JSON.stringify(SUPERVISED) },
      });
      await run.status;
      return run.output().match(/flags=SIGCHLD\)/g)?.length ?? 0;
    };
    assertEquals(await forks(["probe"]), 0);
    assertEquals(await forks(["status"]), 0);
    assertEquals(await forks(["--", "true"]), 1);
  },
});

Deno.test({
  name: "with readiness from outside alone the command has its number too (needs root)",
  ignore: !IS_ROOT,
  fn: async () => {
    const container = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"];
    await using run = startProcess([
      ...container,
      await executable(),
      "sh",
      "-c",
      "echo $$ of $PPID",
    ], {
      env: { KOORDINATOR_READINESS: '{"file":"/"}', KOORDINATOR_STATE_DIR: "/proc/none" },
    });
    await run.says(/^2 of 1$/m);
  },
});

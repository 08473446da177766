// What an exec probe finds where no report tells of the command.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { childrenOf, eventually, startProcess } from "../process/fixture.ts";
import { executable, IS_ROOT } from "../support/executable.ts";

const CONTAINER = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"] as const;

Deno.test({
  name:
    "without a state directory too, probe fails while the command is held back, and succeeds once it runs (needs root)",
  ignore: !IS_ROOT,
  fn: async () => {
    const gate = await Deno.makeTempFile();
    await Deno.remove(gate);
    const spec = { startDeps: [{ file: gate }], handOver: false };
    const env = {
      KOORDINATOR_SPEC: JSON.stringify(spec),
      KOORDINATOR_STATE_DIR: "/proc/none",
    };
    const command = [await executable(), "sh", "-c", "echo up; read line"];
    await using run = startProcess([...CONTAINER, ...command], { env });
    await run.says(/waiting for/);
    const init = await eventually(() => childrenOf(run.pid)[0], () => "PID 1");
    const probe = async () => {
      const inside = ["nsenter", "--target", String(init), "--pid", "--mount"];
      await using asked = startProcess([...inside, await executable(), "probe"], { env });
      return { code: (await asked.status).code, said: asked.output() };
    };
    const held = await probe();
    assertEquals(held.code, 1);
    assertStringIncludes(held.said, "the command is held back");
    await Deno.writeTextFile(gate, "");
    await run.says(/^up$/m);
    assertEquals(await probe(), { code: 0, said: "" });
    await run.write("\n");
    assertEquals((await run.status).code, 0);
    await Deno.remove(gate);
  },
});

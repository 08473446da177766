import { assertEquals } from "@std/assert";
import { executable } from "../support/executable.ts";
import { startKoordinator } from "../support/koordinator.ts";

Deno.test("a command that is wrapped twice is supervised once", async () => {
  const state = await Deno.makeTempDir();
  const spec = { startDeps: [{ file: "/" }], stopDelay: "1ms" };
  const twice = [await executable(), "sh", "-c", "echo $PPID; exit 3"];
  await using run = startKoordinator(twice, {
    KOORDINATOR_CONTAINER_NAME: "main",
    KOORDINATOR_STATE_DIR: state,
    KOORDINATOR_SPEC: JSON.stringify(spec),
  });
  assertEquals((await run.status).code, 3);
  assertEquals(run.output().stdout, `${run.pid}\n`);
  assertEquals(run.output().stderr.match(/"event":"ended"/g)?.length, 1);
  await Deno.remove(state, { recursive: true });
});

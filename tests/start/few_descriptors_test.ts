import { assertEquals, assertMatch } from "@std/assert";
import { eventually, startProcess } from "../process/fixture.ts";
import { startApiServer } from "../../tools/scripted_cluster/api_server.ts";
import { cProgram, HAS_CC } from "../support/c_program.ts";
import { executable } from "../support/executable.ts";
import { pod, ready, unready } from "../../tools/scripted_cluster/pods.ts";

Deno.test({
  name: `with 32 descriptors the executable watches over TLS, launches and supervises${
    HAS_CC ? "" : " (needs cc)"
  }`,
  ignore: !HAS_CC,
  fn: watchesWithFew,
});

async function watchesWithFew(): Promise<void> {
  await using server = await startApiServer({ pod: pod([unready("main"), unready("proxy")]) });
  const root = await Deno.makeTempDir();
  await server.writeServiceAccount(root);
  const script = 'ulimit -n 32; exec "$@"';
  const command = ["sh", "-c", "echo launched; exit 3"];
  const limited = [await cProgram("fresh"), "sh", "-c", script, "sh", await executable()];
  await using run = startProcess([...limited, ...command], {
    env: {
      ...server.env(root),
      KOORDINATOR_SPEC: '{"startDeps":["proxy"],"handOver":false}',
      KOORDINATOR_POD_NAME: "pod",
      KOORDINATOR_POD_NAMESPACE: "default",
      KOORDINATOR_CONTAINER_NAME: "main",
      KOORDINATOR_STATE_DIR: `${root}/state`,
    },
  });
  await eventually(
    () => server.requests.some(({ verb }) => verb === "watch") || undefined,
    () => `a watch: ${run.output()}`,
  );
  server.setPod(pod([unready("main"), ready("proxy")]));
  assertEquals((await run.status).code, 3, run.output());
  assertMatch(run.output(), /^launched$/m);
  await Deno.remove(root, { recursive: true });
}

import { assert, assertEquals } from "@std/assert";
import { restingMemory } from "../../tools/cost/memory.ts";
import { type ApiServer, startApiServer } from "../support/api_server.ts";
import { executable } from "../support/executable.ts";
import { eventually, processField } from "../process/fixture.ts";
import { pod, ready, unready } from "../supervisor/pods.ts";

/** What a supervisor in a watch may have of its own, in kilobytes; docs/decisions/0008. */
const MOST_KB = 9 * 1024;

/** What is reached only when pages are shared: a start that was not changed by chance has 10 MB. */
const SHARED_KB = 8 * 1024;

async function waiting(server: ApiServer, root: string): Promise<Record<string, string>> {
  await server.writeServiceAccount(root);
  return {
    ...server.env(root),
    KOORDINATOR_POD_NAME: "pod",
    KOORDINATOR_POD_NAMESPACE: "default",
    KOORDINATOR_SPEC: '{"startDeps":["proxy"]}',
  };
}

const held = pod([unready("main"), unready("proxy")]);

Deno.test({
  name: "a supervisor in a watch has at most nine megabytes of its own (x86_64)",
  ignore: Deno.build.arch !== "x86_64",
  fn: async () => {
    await using server = await startApiServer({ pod: held });
    const root = await Deno.makeTempDir();
    const env = await waiting(server, root);
    const { RssAnon } = await restingMemory([await executable(), "/bin/true"], env);
    await Deno.remove(root, { recursive: true });
    assert(RssAnon <= MOST_KB, `${RssAnon} kB`);
  },
});

Deno.test({
  name: "a supervisor that shares pages with its file still follows its pod (x86_64)",
  ignore: Deno.build.arch !== "x86_64",
  fn: async () => {
    await using server = await startApiServer({ pod: held });
    const root = await Deno.makeTempDir();
    const child = new Deno.Command(await executable(), {
      args: ["echo", "launched"],
      clearEnv: true,
      env: { PATH: "/usr/bin:/bin", ...await waiting(server, root) },
      stdout: "piped",
      stderr: "null",
    }).spawn();
    await server.seen("watch", 1);
    await eventually(
      () => Number.parseInt(processField(child.pid, "RssAnon") ?? "") < SHARED_KB || undefined,
      () => "shared pages",
    );
    // Each is read, parsed and judged: V8 collects its garbage more than once.
    for (let n = 0; n < 3000; n++) {
      server.setPod(n % 2 === 0 ? held : pod([unready("main"), unready("proxy"), unready("more")]));
      if (n % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
    }
    server.setPod(pod([unready("main"), ready("proxy")]));
    const { code, stdout } = await child.output();
    await Deno.remove(root, { recursive: true });
    assertEquals([code, new TextDecoder().decode(stdout)], [0, "launched\n"]);
  },
});

Deno.test("no memory of a supervisor is both writable and executable", async () => {
  const child = new Deno.Command(await executable(), {
    args: ["sleep", "1000"],
    clearEnv: true,
    env: { PATH: "/usr/bin:/bin", KOORDINATOR_SPEC: '{"handOver":false}' },
    stdout: "null",
    stderr: "null",
  }).spawn();
  await eventually(
    () => Number(processField(child.pid, "Threads")) > 0 && childOf(child.pid) || undefined,
    () => "the command",
  );
  const maps = await Deno.readTextFile(`/proc/${child.pid}/maps`);
  child.kill("SIGTERM");
  await child.status;
  assertEquals(maps.split("\n").filter((line) => / .wx/.test(line)), []);
});

function childOf(pid: number): boolean {
  return Deno.readTextFileSync(`/proc/${pid}/task/${pid}/children`).trim() !== "";
}

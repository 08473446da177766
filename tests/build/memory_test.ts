import { assert, assertEquals } from "@std/assert";
import { restingMemory } from "../../tools/cost/memory.ts";
import { type ApiServer, startApiServer } from "../../tools/scripted_cluster/api_server.ts";
import { untilQuiet } from "../../tools/support/quiet.ts";
import { executable } from "../support/executable.ts";
import { childrenOf, eventually, processField } from "../process/fixture.ts";
import { pod, ready, unready } from "../../tools/scripted_cluster/pods.ts";

/** What a supervisor in a watch may have of its own, in kilobytes; docs/decisions/0029. */
const MOST_KB = 6.75 * 1024;

/** What is reached only when pages are shared: a start that shares none has 9 MB. */
const SHARED_KB = 6.75 * 1024;

/** What it has once it has given back what thousands of updates have left. */
const LATER_KB = 10 * 1024;

/** Longer than it waits after much was read before it gives memory back. */
const QUIET_MS = 3000;

/** What is left of the most that was mapped of the file, which depends on how the kernel has it. */
const LEFT_OF_FILE = 0.8;

async function waiting(server: ApiServer, root: string): Promise<Record<string, string>> {
  await server.writeServiceAccount(root);
  return {
    ...server.env(root),
    // As in a new pod: what another has left beside the executable would be read.
    KOORDINATOR_STATE_DIR: `${root}/state`,
    KOORDINATOR_POD_NAME: "pod",
    KOORDINATOR_POD_NAMESPACE: "default",
    KOORDINATOR_SPEC: '{"startDeps":["proxy"]}',
  };
}

const held = pod([unready("main"), unready("proxy")]);

Deno.test({
  name: "a supervisor in a watch has at most 6.75 MB of its own (x86_64)",
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

Deno.test("a supervisor in a watch lets go of what the start alone has used of the file", async () => {
  await using server = await startApiServer({ pod: held });
  const root = await Deno.makeTempDir();
  const child = new Deno.Command(await executable(), {
    args: ["/bin/true"],
    clearEnv: true,
    env: await waiting(server, root),
    stdout: "null",
    stderr: "null",
  }).spawn();
  let most = 0;
  await eventually(
    () => {
      const now = Number.parseInt(processField(child.pid, "RssFile") ?? "");
      most = Math.max(most, now);
      return now < most * LEFT_OF_FILE || undefined;
    },
    () => `less of the file than ${most} kB`,
  );
  child.kill("SIGKILL");
  await child.status;
  await Deno.remove(root, { recursive: true });
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
    await untilQuiet(child.pid, QUIET_MS);
    const later = Number.parseInt(processField(child.pid, "RssAnon") ?? "");
    server.setPod(pod([unready("main"), ready("proxy")]));
    const { code, stdout } = await child.output();
    await Deno.remove(root, { recursive: true });
    assertEquals([code, new TextDecoder().decode(stdout)], [0, "launched\n"]);
    assert(later <= LATER_KB, `${later} kB`);
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
    () => childrenOf(child.pid).some((pid) => processField(pid, "Name") === "sleep") || undefined,
    () => "the command",
  );
  const maps = await Deno.readTextFile(`/proc/${child.pid}/maps`);
  child.kill("SIGTERM");
  await child.status;
  assertEquals(maps.split("\n").filter((line) => / .wx/.test(line)), []);
});

Deno.test("a subcommand that searches has V8's compilers, which a supervisor does not have", async () => {
  const child = new Deno.Command(await executable(), {
    args: ["simulate", "-"],
    stdin: "piped",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const compiles = () => / .wx/m.test(Deno.readTextFileSync(`/proc/${child.pid}/maps`));
  // Until it is given a manifest it reads on.
  await eventually(() => compiles() || undefined, () => "memory for code");
  await child.stdin.close();
  await child.status;
});

Deno.test("the subcommands that the loader gives them are koordinator's", async () => {
  const read = (path: string) => Deno.readTextFile(new URL(`../../${path}`, import.meta.url));
  const [loader, main] = await Promise.all([read("tools/seal/compilers.c"), read("main.ts")]);
  const [, list = ""] = /searching\[\] = \{(.*)\}/.exec(loader) ?? [];
  const words = [...list.matchAll(/"(\w+)"/g)].map(([, word = ""]) => word);
  assertEquals(words, ["check", "simulate"]);
  assertEquals(words.filter((word) => !new RegExp(`\\b${word}\\b`).test(main)), []);
});

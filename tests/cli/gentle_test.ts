// What the real program asks of an API server, and what it takes of the machine, whatever is sent.
import { assert, assertEquals } from "@std/assert";
import { IDLE } from "../support/idle_shell.ts";
import { startKoordinator } from "../support/koordinator.ts";
import { running, waiting } from "../support/played.ts";
import { type ApiServer, startApiServer } from "../../tools/scripted_cluster/api_server.ts";
import { pod, ready } from "../../tools/scripted_cluster/pods.ts";

const asked = ({ requests }: ApiServer) => requests.map(({ verb }) => verb);

async function eventually(what: string, holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

Deno.test("a container costs one list and one watch", async () => {
  await using held = await waiting();
  await using sidecar = await running();
  await Promise.all([held.knows("One"), sidecar.knows("One")]);
  await Promise.all([held.knows("Two"), sidecar.knows("Two")]);
  assertEquals([asked(held.server), asked(sidecar.server)], [["list", "watch"], ["list", "watch"]]);
});

Deno.test("a command that waits for nothing any more costs no watch", async () => {
  await using held = await waiting({
    env: { KOORDINATOR_SPEC: '{"startDeps":["proxy"],"stopDelay":"1ms"}' },
    command: ["sh", "-c", "echo up; exec sleep 1000"],
  });
  await held.knows("Before");
  await held.server.seen("watch", 1);
  held.fulfil();
  await held.program.says(/up/);
  await eventually("the watch is dropped", () => held.server.watching === 0);
  assertEquals(asked(held.server), ["list", "watch"]);
  held.program.kill("SIGTERM");
  assertEquals((await held.program.status).code, 143);
});

Deno.test("a command that was told to stop costs no watch, however long it takes", async () => {
  await using sidecar = await running({
    env: { KOORDINATOR_SPEC: '{"stopDeps":["main"],"termTimeout":"1h"}' },
    command: ["sh", "-c", `trap 'echo told' TERM; echo up; ${IDLE}`],
  });
  await sidecar.server.seen("watch", 1);
  sidecar.fulfil();
  await sidecar.program.says(/told/);
  await eventually("the watch is dropped", () => sidecar.server.watching === 0);
  assertEquals(asked(sidecar.server), ["list", "watch"]);
});

/** The most memory that a process ever held, in MiB. */
function peak(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/VmHWM:\s*(\d+) kB/.exec(status)?.[1]) / 1024;
}

Deno.test("a hundred megabytes of events and lines without end do not fill the memory", async () => {
  await using sidecar = await running();
  await sidecar.knows("Before");
  const { pid } = sidecar.program;
  const before = peak(pid);
  const padding = "x".repeat(1_000_000);
  for (let update = 0; update < 100; update++) {
    const big = pod([ready("main"), ready("proxy")], { phase: `${update}` });
    const metadata = { ...big.metadata, annotations: { padding } };
    sidecar.server.setPod({ ...big, metadata });
    // Not faster than it is read: the server's own queue has no bound.
    if (update % 10 === 9) await sidecar.knows(`Round${update}`);
  }
  sidecar.server.fail("watch", { kind: "stream", chunks: Array(20).fill(padding), then: "hang" });
  sidecar.server.endWatches();
  await sidecar.program.says(/a line of more than 4194304 bytes/);
  await sidecar.knows("After");
  assert(peak(pid) - before < 64, `${before} MiB, then ${peak(pid)} MiB`);
});

/** Accepts connections and counts them. */
function countingProxy() {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let connections = 0;
  const counting = (async () => {
    for await (const connection of listener) {
      connections++;
      connection.close();
    }
  })();
  return {
    url: `http://127.0.0.1:${listener.addr.port}`,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      listener.close();
      await counting;
    },
  };
}

Deno.test("no request goes through the application's proxy, and the command's environment is unchanged", async () => {
  await using proxy = countingProxy();
  const calls: string[] = [];
  await using http = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    calls.push(`${request.method} ${new URL(request.url).pathname}`);
    return new Response();
  });
  const { port } = http.addr;
  await using server = await startApiServer({ pod: pod([ready("main"), ready("proxy")]) });
  const root = await Deno.makeTempDir();
  await server.writeServiceAccount(root);
  const names = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];
  const env: Record<string, string> = {
    ...server.env(root),
    ...Object.fromEntries(
      names.flatMap((name) =>
        [name, name.toLowerCase()].map((each) => [each, `${proxy.url}/${each}`])
      ),
    ),
    NO_PROXY: "example.com",
    KOORDINATOR_POD_NAME: "pod",
    KOORDINATOR_POD_NAMESPACE: "default",
    KOORDINATOR_STATE_DIR: `${root}/state`,
    KOORDINATOR_SPEC: JSON.stringify({
      startDeps: ["proxy", { http: { port, path: "/ready" } }],
      afterExit: [{ http: { post: { port, path: "/quit" } }, on: "always" }],
    }),
  };
  await using main = startKoordinator(["env"], env);
  assertEquals((await main.status).code, 0);
  const lines = main.output().stdout.trim().split("\n").toSorted();
  const expected = { PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin", ...env };
  assertEquals(lines, Object.entries(expected).map((pair) => pair.join("=")).toSorted());
  assertEquals([calls[0], calls.at(-1)], ["GET /ready", "POST /quit"]);
  assert(server.requests.length > 0);
  assertEquals(proxy.connections(), 0);
  await Deno.remove(root, { recursive: true });
});

Deno.test("a pod with neither token nor state directory is told both remedies, but only if its spec needs one", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const root = await Deno.makeTempDir();
  const env = {
    KUBERNETES_SERVICE_HOST: "127.0.0.1",
    KUBERNETES_SERVICE_PORT: "1",
    KOORDINATOR_ROOT: root,
    KOORDINATOR_STATE_DIR: "/proc/no/such",
  };
  const withSpec = (spec: unknown) =>
    startKoordinator(["echo", "launched"], { ...env, KOORDINATOR_SPEC: JSON.stringify(spec) });
  await using needy = withSpec({ startDeps: ["proxy"] });
  assertEquals((await needy.status).code, 125);
  assertEquals(needy.output().stdout, "");
  const said = needy.output().stderr;
  assert(said.includes(`no service account token at ${root}/var/run/secrets`), said);
  assert(said.includes("/proc/no/such"), said);
  assert(said.includes("automountServiceAccountToken: true"), said);
  assert(said.includes("mount one emptyDir into all of these containers"), said);
  await using frugal = withSpec({ startDeps: [{ tcp: `${listener.addr.port}` }] });
  assertEquals((await frugal.status).code, 0);
  assertEquals(frugal.output().stdout, "launched\n");
  listener.close();
  await Deno.remove(root, { recursive: true });
});

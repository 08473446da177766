import { assertEquals, assertStringIncludes } from "@std/assert";
import { startApiServer } from "../../tools/scripted_cluster/api_server.ts";
import { startKoordinator } from "../support/koordinator.ts";
import { ended, pod, ready, unready } from "../../tools/scripted_cluster/pods.ts";

const MAIN = { KOOORDINATOR_SPEC: '{"startDeps":["proxy"]}' };
const PROXY = { KOOORDINATOR_SPEC: '{"stopDeps":["main"],"termTimeout":"300ms"}' };

async function cluster() {
  const server = await startApiServer({ pod: pod([ready("main"), unready("proxy")]) });
  const root = await Deno.makeTempDir();
  await server.writeServiceAccount(root);
  const identity = { KOORDINATOR_POD_NAME: "pod", KOORDINATOR_POD_NAMESPACE: "default" };
  return {
    server,
    env: { ...server.env(root), ...identity },
    async [Symbol.asyncDispose]() {
      await server.close();
      await Deno.remove(root, { recursive: true });
    },
  };
}

Deno.test("a command is launched once its start dependency is ready", async () => {
  await using api = await cluster();
  await using main = startKoordinator(["sh", "-c", "echo launched"], { ...api.env, ...MAIN });
  await api.server.seen("watch", 1);
  assertEquals(main.output().stdout, "");
  api.server.setPod(pod([ready("main"), ready("proxy")]));
  assertEquals((await main.status).code, 0);
  assertEquals(main.output().stdout, "launched\n");
});

Deno.test("a command is stopped once its stop dependency has ended for good, exit code 0", async () => {
  await using api = await cluster();
  const script = 'trap "echo stopped; exit 5" TERM; echo up; while :; do sleep 0.05; done';
  await using proxy = startKoordinator(["sh", "-c", script], { ...api.env, ...PROXY });
  await proxy.says(/up/);
  await api.server.seen("watch", 1);
  api.server.setPod(pod([ended("main", 1), ready("proxy")]));
  assertEquals((await proxy.status).code, 0);
  assertStringIncludes(proxy.output().stdout, "stopped");
});

Deno.test("a command that ignores its stop is killed, exit code 137", async () => {
  await using api = await cluster();
  const script = 'trap "" TERM; echo up; while :; do sleep 0.05; done';
  await using proxy = startKoordinator(["sh", "-c", script], { ...api.env, ...PROXY });
  await proxy.says(/up/);
  api.server.setPod(pod([ended("main", 0), ready("proxy")]));
  assertEquals((await proxy.status).code, 137);
});

Deno.test("SIGTERM while waiting launches nothing and ends 143 with a reason", async () => {
  await using api = await cluster();
  await using main = startKoordinator(["sh", "-c", "echo launched"], { ...api.env, ...MAIN });
  await api.server.seen("watch", 1);
  main.kill("SIGTERM");
  assertEquals((await main.status).code, 143);
  assertEquals(main.output().stdout, "");
  assertStringIncludes(main.output().stderr, "SIGTERM while waiting");
});

Deno.test("a missing permission is told in the server's words, and the command starts once it is there", async () => {
  await using api = await cluster();
  const message = 'pods is forbidden: User "system:serviceaccount:default:default" cannot list';
  api.server.fail("any", { kind: "status", code: 403, reason: "Forbidden", message }, 2);
  api.server.setPod(pod([ready("main"), ready("proxy")]));
  await using main = startKoordinator(["sh", "-c", "echo launched"], { ...api.env, ...MAIN });
  await main.says(/pods is forbidden/);
  assertEquals((await main.status).code, 0);
});

Deno.test("without dependencies no network and no service account are needed", async () => {
  await using main = startKoordinator(["sh", "-c", "echo $$; exit 7"]);
  assertEquals((await main.status).code, 7);
  assertEquals(main.output().stdout, `${main.pid}\n`);
});

Deno.test("dependencies without a service account or a state directory are a clear error before anything is launched", async () => {
  await using proxy = startKoordinator(["sh", "-c", "echo launched"], {
    ...PROXY,
    KOORDINATOR_STATE_DIR: "/proc/none",
  });
  assertEquals((await proxy.status).code, 125);
  assertEquals(proxy.output().stdout, "");
  assertStringIncludes(proxy.output().stderr, "KUBERNETES_SERVICE_HOST");
});

Deno.test("a fault in the spec ends 125 with its JSON path and a suggestion", async () => {
  const env = { KOORDINATOR_SPEC: '{"stopDely":"1s"}' };
  await using main = startKoordinator(["true"], env);
  assertEquals((await main.status).code, 125);
  assertStringIncludes(main.output().stderr, '$.stopDely: unknown key, did you mean "stopDelay"?');
});

Deno.test("the exit code is the command's, 128 + n after a signal, 126 and 127 when it cannot run", async () => {
  const supervised = { KOORDINATOR_SPEC: '{"stopDelay":"1s"}' };
  for (
    const [args, code] of [
      [["sh", "-c", "exit 3"], 3],
      [["sh", "-c", "kill -9 $$"], 137],
      [["/etc"], 126],
      [["/no/such/command"], 127],
    ] as const
  ) {
    for (const env of [{}, supervised]) {
      await using run = startKoordinator(args, env);
      assertEquals((await run.status).code, code, `${args}`);
    }
  }
});

Deno.test("a command that dies of a real-time signal gives 128 + n as well", async () => {
  const env = { KOORDINATOR_SPEC: '{"stopDelay":"1s"}' };
  await using run = startKoordinator(["sh", "-c", "kill -34 $$"], env);
  assertEquals((await run.status).code, 162);
});

Deno.test("signals are passed on to the command", async () => {
  const env = { KOORDINATOR_SPEC: '{"stopDelay":"60s"}' };
  const script = 'trap "echo hup" HUP; trap "exit 9" USR1; echo up; while :; do sleep 0.05; done';
  await using run = startKoordinator(["sh", "-c", script], env);
  await run.says(/up/);
  run.kill("SIGHUP");
  await run.says(/hup/);
  run.kill("SIGUSR1");
  assertEquals((await run.status).code, 9);
});

Deno.test("a second termination signal cuts the stop delay short", async () => {
  const env = { KOORDINATOR_SPEC: '{"stopDelay":"1h"}' };
  await using run = startKoordinator(["sh", "-c", "echo up; exec sleep 1000"], env);
  await run.says(/up/);
  run.kill("SIGTERM");
  await run.says(/held back for 1h/);
  run.kill("SIGTERM");
  assertEquals((await run.status).code, 143);
});

Deno.test("a subcommand's name after -- is a command", async () => {
  await using run = startKoordinator(["--", "version-that-is-a-command"]);
  assertEquals((await run.status).code, 127);
});

Deno.test("a stop action finds the variables that the command finds, none of koordinator's own", async () => {
  await using api = await cluster();
  const say = 'echo "$0: [$LD_LIBRARY_PATH] [$TZ] [$NO_COLOR] [$DENO_TLS_CA_STORE]"';
  const spec = {
    stopDeps: ["main"],
    whenStopDepExited: { exec: ["sh", "-c", say, "action"] },
    termTimeout: "300ms",
  };
  const script = `${say}; trap "exit 5" TERM; while :; do sleep 0.05; done`;
  await using proxy = startKoordinator(["sh", "-c", script, "command"], {
    ...api.env,
    LD_LIBRARY_PATH: "/no/such",
    KOORDINATOR_SPEC: JSON.stringify(spec),
  });
  await proxy.says(/^command: /m);
  api.server.setPod(pod([ended("main", 0), ready("proxy")]));
  assertEquals((await proxy.status).code, 0);
  for (const who of ["command", "action"]) {
    assertStringIncludes(proxy.output().stdout, `${who}: [/no/such] [] [] []\n`);
  }
});

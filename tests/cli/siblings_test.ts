import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { IDLE } from "../support/idle_shell.ts";
import { startKoordinator } from "../support/koordinator.ts";
import { podWithToken } from "../support/pod_with_token.ts";
import { pod, ready } from "../../tools/scripted_cluster/pods.ts";

const LOOP = `trap "echo stopped; exit 5" TERM; echo up; ${IDLE}`;

Deno.test("a sidecar hears of its main's end from the main's supervisor, without the API server", async () => {
  await using api = await podWithToken();
  await using proxy = startKoordinator(
    ["sh", "-c", LOOP],
    api.as("proxy", '{"stopDeps":["main"]}'),
  );
  await proxy.says(/up/);
  await api.server.seen("watch", 1);
  await using main = startKoordinator(["sh", "-c", "exit 3"], api.as("main", '{"stopDelay":"1s"}'));
  assertEquals((await main.status).code, 3);
  assertEquals((await proxy.status).code, 0);
  assertStringIncludes(proxy.output().stdout, "stopped");
});

Deno.test("SIGTERM to all containers reaches the sidecar's command after its main has ended", async () => {
  await using api = await podWithToken();
  await using proxy = startKoordinator(
    ["sh", "-c", LOOP],
    api.as("proxy", '{"stopDeps":["main"]}'),
  );
  await proxy.says(/up/);
  await api.server.seen("watch", 1);
  const script = `trap "sleep 0.5; echo main stopped; exit 0" TERM; echo up; ${IDLE}`;
  await using main = startKoordinator(["sh", "-c", script], api.as("main", '{"stopDelay":"1ms"}'));
  await main.says(/up/);
  proxy.kill("SIGTERM");
  main.kill("SIGTERM");
  await proxy.says(/held back for main/);
  assertEquals((await main.status).code, 0);
  assertEquals((await proxy.status).code, 0);
  const log = proxy.output().stderr.split("\n").filter((line) => line !== "")
    .map((line) => JSON.parse(line).message);
  assertEquals(log.filter((message) => /stop dependency main has ended/.test(message)).length, 1);
});

Deno.test("hostile reports neither start a command nor stop one", async () => {
  await using api = await podWithToken();
  await Deno.mkdir(api.state);
  const ended = '{"version":1,"container":"main","pid":1,"startTime":1,"phase":"ended"';
  await using proxy = startKoordinator(
    ["sh", "-c", LOOP],
    api.as("proxy", '{"stopDeps":["main"]}'),
  );
  await proxy.says(/up/);
  await api.server.seen("watch", 1);
  for (
    const text of [ended, `${ended},"exitCode":0}`, `${ended},"exitCode":"0","at":"now"}`, "[]", ""]
  ) {
    await Deno.writeTextFile(`${api.state}/main.json`, text);
  }
  proxy.kill("SIGUSR1");
  // The default action of SIGUSR1 ends the command: it ran until then, and was not stopped.
  assertEquals((await proxy.status).code, 138);
});

Deno.test("probe fails while the command is held back, and succeeds once it runs", async () => {
  await using api = await podWithToken();
  const env = api.as("main", '{"startDeps":["proxy"],"stopDelay":"1ms"}');
  await using main = startKoordinator(["sh", "-c", LOOP], env);
  await api.server.seen("watch", 1);
  const deadline = Date.now() + 60_000;
  for (let said = ""; !said.includes("the command is waiting for proxy (");) {
    assert(Date.now() < deadline, `the probe never says what is missing: ${said}`);
    await using held = startKoordinator(["probe"], env);
    assertEquals((await held.status).code, 1);
    said = held.output().stderr;
    assertStringIncludes(said, "the command is waiting");
  }
  api.server.setPod(pod([ready("main"), ready("proxy")]));
  await main.says(/up/);
  await using launched = startKoordinator(["probe"], env);
  assertEquals((await launched.status).code, 0);
  await using listening = startKoordinator(["probe", "--tcp", String(api.server.port)], env);
  assertEquals((await listening.status).code, 0);
  await using silent = startKoordinator(["probe", "--http", "1/healthz"], env);
  assertEquals((await silent.status).code, 1);
  await using wrong = startKoordinator(["probe", "--tcp", "http"], env);
  assertEquals((await wrong.status).code, 125);
});

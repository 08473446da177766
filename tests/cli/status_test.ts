import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { IDLE } from "../support/idle_shell.ts";
import { startKoordinator } from "../support/koordinator.ts";
import { type Played, running, waiting } from "../support/played.ts";

/** What `koordinator status` says once it says this, with no way to reach an API server. */
async function statusOf({ root }: Played, container: string, pattern: RegExp): Promise<string> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    await using status = startKoordinator(["status"], {
      KOORDINATOR_CONTAINER_NAME: container,
      KOORDINATOR_STATE_DIR: `${root}/state`,
    });
    await status.status;
    const said = status.output().stdout + status.output().stderr;
    if (pattern.test(said)) return said;
    if (Date.now() > deadline) throw new Error(`status says: ${said}`);
  }
}

Deno.test("status says the phase, each dependency and since when, and the last contact with the API server", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = `127.0.0.1:${listener.addr.port}`;
  await using held = await waiting({
    env: {
      KOORDINATOR_SPEC: JSON.stringify({ startDeps: ["proxy", { tcp: "1" }, { tcp: open }] }),
    },
  });
  await held.knows("PodInitializing");
  const said = await statusOf(held, "main", /holds/);
  const lines = said.trim().split("\n");
  for (
    const [index, line] of [
      /^main: waiting for \d+ s$/,
      /^start dependency proxy: waiting: PodInitializing for \d+ s$/,
      /^start dependency tcp 127.0.0.1:1: connection refused: nobody listens there for \d+ s$/,
      /^start dependency tcp 127.0.0.1:\d+: holds for \d+ s$/,
      /^last contact with the API server: \d+ s ago$/,
    ].entries()
  ) assertMatch(lines[index] ?? "", line);
  assertEquals(lines.length, 5);
  listener.close();
});

Deno.test("a bookmark is a contact with the API server, though it brings no news", async () => {
  await using held = await waiting();
  await held.knows("Before");
  await held.server.seen("watch", 1);
  const contact = () => /"last":"([^"]+)"/.exec(held.status())?.[1] ?? "";
  const before = contact();
  held.server.bookmark();
  const deadline = Date.now() + 30_000;
  while (contact() <= before) {
    if (Date.now() > deadline) throw new Error(held.status());
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
});

Deno.test("status says what is wrong with the API server and when it is tried again, and that all is well again", async () => {
  await using held = await waiting();
  await held.knows("Before");
  held.server.outage(3_000);
  const said = await statusOf(held, "main", /^error/m);
  assertMatch(said, /^last contact with the API server: \d+ s ago$/m);
  assertMatch(said, /^error: no answer from the API server: /m);
  assertMatch(said, /^(next retry in \d+ s|trying again now)$/m);
  await held.knows("After");
  const after = await statusOf(held, "main", /After/);
  assertEquals(after.includes("error:"), false, after);
  assertEquals(after.includes("retry"), false, after);
});

Deno.test("where watches are forbidden status goes on saying so", async () => {
  await using held = await waiting({
    inject: (server) =>
      server.fail(
        "watch",
        { kind: "status", code: 403, reason: "Forbidden", message: "no watch" },
        99,
      ),
  });
  await held.program.says(/no watch/);
  await held.knows("Listed");
  assertMatch(await statusOf(held, "main", /Listed/), /^error: no watch/m);
});

Deno.test("status of a sidecar says whom it serves, how far its stop is, and that nothing is asked any more", async () => {
  await using sidecar = await running({
    command: ["sh", "-c", `trap 'echo told' TERM; echo up; ${IDLE}`],
  });
  await sidecar.knows("Before");
  const before = await statusOf(sidecar, "proxy", /Before/);
  assertMatch(before, /^proxy: running for \d+ s$/m);
  assertMatch(before, /^stop dependency main when final: waiting: Before for \d+ s$/m);
  sidecar.fulfil();
  await sidecar.program.says(/told/);
  const after = await statusOf(sidecar, "proxy", /holds/);
  assertMatch(after, /^stopping: termSignal for a stop dependency$/m);
  assertMatch(after, /^stop dependency main when final: holds, .* for \d+ s$/m);
  assertStringIncludes(after, "nothing is left to be learned from it");
});

Deno.test("status of a supervisor that has handed over says so", async () => {
  await using held = await waiting({
    command: ["sh", "-c", "echo up; exec sleep 1000"],
  });
  await held.knows("Before");
  held.fulfil();
  await held.program.says(/up/);
  assertMatch(await statusOf(held, "main", /./), /^main: handed over for \d+ s$/m);
});

Deno.test("status of a container that nobody supervises is an error that names it", async () => {
  const root = await Deno.makeTempDir();
  await using status = startKoordinator(["status", "other"], { KOORDINATOR_STATE_DIR: root });
  assertEquals((await status.status).code, 125);
  assertStringIncludes(status.output().stderr, `no status of other in ${root}`);
  await Deno.remove(root, { recursive: true });
});

Deno.test("a signal that never means the end neither ends the wait nor is kept from the command", async () => {
  await using held = await waiting({
    env: { KOORDINATOR_SPEC: '{"startDeps":["proxy"],"handOver":false}' },
    command: ["sh", "-c", `trap 'echo alarm; exit 9' ALRM; echo up; ${IDLE}`],
  });
  await held.knows("Before");
  held.program.kill("SIGALRM");
  await held.knows("After");
  assertEquals(held.program.output().stdout, "");
  held.fulfil();
  await held.program.says(/up/);
  held.program.kill("SIGALRM");
  assertEquals((await held.program.status).code, 9);
  assertEquals(held.program.output().stdout, "up\nalarm\n");
});

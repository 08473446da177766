import { assertEquals, assertStringIncludes } from "@std/assert";
import { startKoordinator } from "../support/koordinator.ts";

Deno.test("gates without the API server need no service account", async () => {
  const path = await Deno.makeTempFile();
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const startDeps = [{ tcp: String(listener.addr.port) }, { file: path }];
  await using run = startKoordinator(["sh", "-c", "exit 3"], {
    KOORDINATOR_SPEC: JSON.stringify({ startDeps }),
  });
  assertEquals((await run.status).code, 3);
  listener.close();
  await Deno.remove(path);
});

Deno.test("a start timeout ends 124 with what was missing", async () => {
  const spec = { startDeps: [{ file: "/no/such/file" }], startTimeout: "300ms" };
  await using run = startKoordinator(["sh", "-c", "echo launched"], {
    KOORDINATOR_SPEC: JSON.stringify(spec),
  });
  assertEquals((await run.status).code, 124);
  assertEquals(run.output().stdout, "");
  assertStringIncludes(run.output().stderr, "still waiting for file /no/such/file");
});

Deno.test("a start timeout may launch anyway", async () => {
  const spec = {
    startDeps: [{ file: "/no/such/file" }],
    startTimeout: "100ms",
    onStartTimeout: "start",
  };
  await using run = startKoordinator(["sh", "-c", "exit 3"], {
    KOORDINATOR_SPEC: JSON.stringify(spec),
  });
  assertEquals((await run.status).code, 3);
});

for (const [who, text] of [["the loader", "true"], ["the program", " true "]] as const) {
  for (const spec of ['{"startDeps":["nobody"]}', "{"]) {
    Deno.test(`switched off, ${who} hands over at once, whatever the spec says: ${spec}`, async () => {
      await using run = startKoordinator(["sh", "-c", "echo $$; exit 3"], {
        KOORDINATOR_DISABLED: text,
        KOORDINATOR_SPEC: spec,
        KOORDINATOR_LOG_LEVEL: "loud",
      });
      assertEquals((await run.status).code, 3);
      assertEquals(run.output(), { stdout: `${run.pid}\n`, stderr: "" });
    });
  }
}

Deno.test("a command that fails is launched again in the same container", async () => {
  const folder = await Deno.makeTempDir();
  const spec = { restart: { policy: "onFailure", maxRetries: 5, backoff: "10ms" } };
  const script = 'echo x >> "$0/runs"; test $(wc -l < "$0/runs") -ge 3';
  await using run = startKoordinator(["sh", "-c", script, folder], {
    KOORDINATOR_SPEC: JSON.stringify(spec),
  });
  assertEquals((await run.status).code, 0);
  assertEquals(await Deno.readTextFile(`${folder}/runs`), "x\nx\nx\n");
  await Deno.remove(folder, { recursive: true });
});

Deno.test("exit codes are mapped", async () => {
  await using run = startKoordinator(["sh", "-c", "exit 143"], {
    KOORDINATOR_SPEC: '{"exitCodes":{"143":0}}',
  });
  assertEquals((await run.status).code, 0);
});

Deno.test("injected proxies are told to quit in order once the command has ended", async () => {
  const asked: string[] = [];
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => {
      asked.push(`${request.method} ${new URL(request.url).pathname}`);
      return new Response();
    },
  );
  const { port } = server.addr;
  const afterExit = [
    { http: { post: { port, path: "/first" } }, on: "always" },
    { http: { get: { port, path: "/failure" } }, on: "failure" },
    { http: { put: { port, path: "/second" } }, on: "success" },
  ];
  await using run = startKoordinator(["true"], { KOORDINATOR_SPEC: JSON.stringify({ afterExit }) });
  assertEquals((await run.status).code, 0);
  assertEquals(asked, ["POST /first", "PUT /second"]);
});

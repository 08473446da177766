import { copyProgram } from "../support/copy_program.ts";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { executable, IS_ROOT, output } from "../support/executable.ts";
import { startKoordinator } from "../support/koordinator.ts";

Deno.test("a start timeout says what kept each gate shut", async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response(null, { status: 503 }),
  );
  const { port } = server.addr;
  const startDeps = [{ http: { port, path: "/ready" } }, { tcp: "localhost:1" }];
  const spec = JSON.stringify({ startDeps, startTimeout: "1s" });
  await using run = startKoordinator(["true"], { KOORDINATOR_SPEC: spec });
  assertEquals((await run.status).code, 124);
  const { stderr } = run.output();
  assertStringIncludes(stderr, `http ${port}/ready (HTTP 503 Service Unavailable)`);
  assertStringIncludes(stderr, "tcp localhost:1 (connection refused: nobody listens there)");
});

Deno.test({
  name: `a file in a folder that the user may not look into is told so${
    IS_ROOT ? "" : " (needs root)"
  }`,
  ignore: !IS_ROOT,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    const program = await Deno.makeTempFile();
    await copyProgram(await executable(), program);
    await Deno.chmod(program, 0o755);
    const spec = { startDeps: [{ file: `${folder}/ready` }], startTimeout: "500ms" };
    const user = ["--reuid", "4242", "--clear-groups", program, "true"];
    const env = { KOORDINATOR_SPEC: JSON.stringify(spec) };
    const { code, stderr } = await output("setpriv", user, env);
    assertEquals(code, 124);
    assertStringIncludes(stderr, "permission denied: this user is not allowed to look");
    await Deno.remove(program);
    await Deno.remove(folder);
  },
});

Deno.test("a call after the end reaches a server that listens on ::1 alone", async () => {
  const asked: string[] = [];
  await using server = Deno.serve(
    { hostname: "::1", port: 0, onListen() {} },
    (request) => {
      asked.push(request.method);
      return new Response();
    },
  );
  const afterExit = [{ http: { post: { port: server.addr.port } }, on: "always" }];
  await using run = startKoordinator(["true"], { KOORDINATOR_SPEC: JSON.stringify({ afterExit }) });
  assertEquals((await run.status).code, 0);
  assertEquals(asked, ["POST"]);
});

Deno.test("the calls are made by a container whose command is never launched as well", async () => {
  const asked: string[] = [];
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    asked.push(new URL(request.url).pathname);
    return new Response();
  });
  const { port } = server.addr;
  const afterExit = [{ http: { post: { port, path: "/quit" } } }];
  const never = { startDeps: [{ file: "/not/there" }], startTimeout: "100ms" };
  for (const [command, spec, code] of [["/not/there", {}, 127], ["true", never, 124]] as const) {
    const KOORDINATOR_SPEC = JSON.stringify({ ...spec, afterExit });
    await using run = startKoordinator([command], { KOORDINATOR_SPEC });
    assertEquals((await run.status).code, code);
  }
  assertEquals(asked, ["/quit", "/quit"]);
});

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { IDLE } from "../support/idle_shell.ts";
import { startKoordinator } from "../support/koordinator.ts";
import { podWithToken } from "../support/pod_with_token.ts";

/** A pod whose containers share a state directory and have no token. */
async function sharing(env: Readonly<Record<string, string>> = {}) {
  const root = await Deno.makeTempDir();
  const as = (name: string, spec: unknown) => ({
    KOORDINATOR_ROOT: root,
    KOORDINATOR_STATE_DIR: `${root}/state`,
    KOORDINATOR_CONTAINER_NAME: name,
    KOORDINATOR_SPEC: JSON.stringify(spec),
    ...env,
  });
  return {
    root,
    start: (name: string, spec: unknown, script: string) =>
      startKoordinator(["sh", "-c", script], as(name, spec)),
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}

const LOOP = `trap "echo stopped; exit 0" TERM; echo up; ${IDLE}`;

Deno.test("a main and its proxy start and stop in order with nothing but a shared folder", async () => {
  await using shared = await sharing();
  const { root } = shared;
  await using main = shared.start("main", { startDeps: ["proxy"] }, "echo launched; exit 0");
  await main.says(/waiting for proxy/);
  const proxySpec = { stopDeps: ["main"], readiness: { file: `${root}/ready` } };
  await using proxy = shared.start("proxy", proxySpec, LOOP);
  await proxy.says(/up/);
  await main.says(/"message":"the state directory .* alone decides/);
  assertEquals(main.output().stdout, "");
  await Deno.writeTextFile(`${root}/ready`, "");
  assertEquals((await main.status).code, 0);
  assertEquals((await proxy.status).code, 0);
  assertEquals(proxy.output().stdout, "up\nstopped\n");
});

for (
  const [kind, readiness] of [
    ["exec", (root: string) => ({ exec: ["sh", "-c", `echo noise; test -e ${root}/ready`] })],
    ["unix", (root: string) => ({ unix: `${root}/socket` })],
  ] as const
) {
  Deno.test(`readiness may be told by ${kind}, and is asked for only while a sibling waits`, async () => {
    await using shared = await sharing();
    const { root } = shared;
    await using proxy = shared.start(
      "proxy",
      { stopDeps: ["main"], readiness: readiness(root) },
      LOOP,
    );
    await proxy.says(/up/);
    await using main = shared.start("main", { startDeps: ["proxy"] }, "echo launched");
    await main.says(/waiting for proxy/);
    using _listener = kind === "unix"
      ? Deno.listen({ transport: "unix", path: `${root}/socket` })
      : await Deno.create(`${root}/ready`);
    await main.says(/launched\n/);
    assertEquals((await proxy.status).code, 0);
    assertEquals(proxy.output().stdout, "up\nstopped\n");
  });
}

Deno.test("KOORDINATOR_READINESS is the spec's key from outside of it, and a faulty one is a bad configuration", async () => {
  await using faulty = startKoordinator(["true"], { KOORDINATOR_READINESS: '{"tpc":1}' });
  assertEquals((await faulty.status).code, 125);
  assertStringIncludes(faulty.output().stderr, "KOORDINATOR_READINESS is not a valid readiness");
  await using shared = await sharing();
  const { root } = shared;
  await using proxy = startKoordinator(["sh", "-c", LOOP], {
    KOORDINATOR_STATE_DIR: `${root}/state`,
    KOORDINATOR_CONTAINER_NAME: "proxy",
    KOORDINATOR_READINESS: JSON.stringify({ file: `${root}/ready` }),
  });
  await proxy.says(/up/);
  await using main = shared.start("main", { startDeps: ["proxy"] }, "echo launched");
  await main.says(/waiting for proxy/);
  await Deno.writeTextFile(`${root}/ready`, "");
  await main.says(/launched\n/);
  assertEquals((await main.status).code, 0);
});

Deno.test("under OnFailure a main that fails and runs again keeps its sidecar, without the API server", async () => {
  await using shared = await sharing();
  await using proxy = shared.start("proxy", { stopDeps: ["main"] }, LOOP);
  await proxy.says(/up/);
  const spec = { startDeps: ["proxy"] };
  await using failing = shared.start("main", spec, "exit 3");
  assertEquals((await failing.status).code, 3);
  await using again = shared.start("main", spec, "echo launched");
  assertEquals((await again.status).code, 0);
  assertEquals((await proxy.status).code, 0);
  assertEquals(proxy.output().stdout, "up\nstopped\n");
});

Deno.test("under Never a main that fails stops its sidecar at once where the policy is told", async () => {
  await using shared = await sharing({ KOORDINATOR_RESTART_POLICY: "Never" });
  await using proxy = shared.start("proxy", { stopDeps: ["main"] }, LOOP);
  await proxy.says(/up/);
  await using main = shared.start("main", { startDeps: ["proxy"] }, "exit 3");
  assertEquals((await main.status).code, 3);
  assertEquals((await proxy.status).code, 0);
});

Deno.test("of two mains that end at the same moment one at least tells their proxy to quit", async () => {
  await using shared = await sharing({ KOORDINATOR_RESTART_POLICY: "Never" });
  let quits = 0;
  await using proxy = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response(String(++quits)),
  );
  const main = (name: string, other: string) => {
    const post = { port: proxy.addr.port };
    const afterExit = [{ http: { post }, on: "always", lastOf: [other] }];
    const script = `echo up; while ! test -e ${shared.root}/go; do sleep 0.01; done`;
    return shared.start(name, { afterExit }, script);
  };
  await using one = main("one", "two");
  await using two = main("two", "one");
  await one.says(/up/);
  await two.says(/up/);
  await Deno.writeTextFile(`${shared.root}/go`, "");
  assertEquals([(await one.status).code, (await two.status).code], [0, 0]);
  assertMatch(`${quits}`, /^[12]$/);
});

Deno.test("containers that wait for each other end with 121, without the API server", async () => {
  await using shared = await sharing();
  await using one = shared.start("one", { startDeps: ["two"] }, "echo launched");
  await using two = shared.start("two", { startDeps: ["one"] }, "echo launched");
  assertEquals((await one.status).code, 121);
  assertEquals((await two.status).code, 121);
  assertMatch(one.output().stderr, /one -> two -> one/);
});

Deno.test("silence is told after ten seconds by name, with who is there", async () => {
  await using shared = await sharing();
  await using _other = shared.start("other", { stopDeps: ["main"] }, LOOP);
  await using main = shared.start("main", { startDeps: ["proxy"] }, "echo launched");
  await main.says(/nothing is heard of proxy: .* there are: other/);
  await main.says(/still waiting for proxy .* after 10s/);
});

Deno.test("a state directory that cannot be written is warned of where it is needed", async () => {
  await using proxy = startKoordinator(["sh", "-c", LOOP], {
    KOORDINATOR_STATE_DIR: "/proc/no/such",
    KOORDINATOR_CONTAINER_NAME: "proxy",
    KOORDINATOR_SPEC: JSON.stringify({ readiness: { tcp: 1 } }),
  });
  await proxy.says(/up/);
  await proxy.says(
    /"severity":"WARNING","message":"siblings cannot be told of this container: \/proc\/no/,
  );
  assertStringIncludes(proxy.output().stderr, "mount one emptyDir");
});

Deno.test("with KOORDINATOR_API=never the API server sees not one request", async () => {
  await using there = await podWithToken();
  const never = { KOORDINATOR_API: "never" };
  await using proxy = there.start("proxy", { stopDeps: ["main"] }, LOOP, never);
  await proxy.says(/up/);
  await using main = there.start("main", { startDeps: ["proxy"] }, "echo launched", never);
  assertEquals((await main.status).code, 0);
  assertEquals((await proxy.status).code, 0);
  assertEquals(there.server.requests.length, 0);
});

Deno.test("where the right to list pods is missing for good, the state directory decides after a moment", async () => {
  const refused = { kind: "status", code: 403, reason: "Forbidden", message: "no" } as const;
  await using there = await podWithToken((server) => server.fail("any", refused, 1_000));
  await using proxy = there.start("proxy", { stopDeps: ["main"] }, LOOP);
  await proxy.says(/up/);
  await using main = there.start("main", { startDeps: ["proxy"] }, "echo launched");
  assertEquals((await main.status).code, 0);
  assertEquals((await proxy.status).code, 0);
  assertMatch(main.output().stderr, /the Role of this pod's service account/);
});

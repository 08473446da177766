// Each row of docs/reference/faults.md, played to the real program, waiting and running.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { fakeToken, startApiServer } from "../support/api_server.ts";
import { ROWS, SLOW_ROWS } from "../support/faults.ts";
import {
  assertSaid,
  type Played,
  type PlayOptions,
  playRunning,
  playWaiting,
  running,
  waiting,
  warningsOf,
} from "../support/played.ts";
import { ended, pod, ready, unready } from "../supervisor/pods.ts";

for (const { fault, inject, says } of ROWS) {
  Deno.test(`koordinator does its job in spite of: ${fault}`, () =>
    both({ inject }, says, ({ server }) => server.faulted));
}

/** Plays a fault of its own both ways; `meanwhile` is called once the program runs. */
async function both(
  options: PlayOptions,
  says?: RegExp,
  meanwhile?: (played: Played) => Promise<void>,
): Promise<void> {
  await Promise.all([
    playWaiting(options, says, meanwhile),
    playRunning(options, says, meanwhile),
  ]);
}

/** A fault that does not end: the program is as good as its command, and ends when it is told to. */
async function forEver(
  options: PlayOptions,
  untilTold: (played: Played) => Promise<void>,
): Promise<void> {
  await using held = await waiting(options);
  await using sidecar = await running(options);
  await Promise.all([untilTold(held), untilTold(sidecar)]);
  assertEquals([held, sidecar].map(({ program }) => program.output().stdout), ["", "up\n"]);
  held.program.kill("SIGTERM");
  sidecar.program.kill("SIGTERM");
  assertEquals((await held.program.status).code, 143);
  assertEquals((await sidecar.program.status).code, 0);
  assertEquals(held.program.output().stdout, "");
  assertEquals(sidecar.program.output().stdout, "up\nstopped\n");
}

Deno.test("koordinator does its job in spite of: 401 with a rotated token", () =>
  both({}, undefined, async ({ server, root, knows }) => {
    await knows("Authorized");
    const token = fakeToken({ name: "pod", uid: "uid-1", namespace: "default", nonce: "rotated" });
    server.token = token;
    await server.writeServiceAccount(root, { token });
    server.endWatches();
  }));

Deno.test("koordinator does its job in spite of: a token that is empty for a moment", () =>
  both({
    inject: async (server, root) => {
      const token = fakeToken({ name: "pod", uid: "uid-1", namespace: "default" });
      server.token = token;
      await server.writeServiceAccount(root, { token: "" });
      setTimeout(() => server.writeServiceAccount(root, { token }), 1_000);
    },
  }, /the service account token file is empty/));

Deno.test("koordinator does its job in spite of: 403 for ever", () =>
  forEver({
    inject: (server) =>
      server.fail(
        "any",
        { kind: "status", code: 403, reason: "Forbidden", message: "no pods" },
        999,
      ),
  }, async ({ server, program }) => {
    await program.says(/no pods/);
    await server.seen("any", 6);
    assertSaid(program, /no pods; the Role of this pod's service account in namespace default/);
  }));

Deno.test("koordinator does its job in spite of: a name that is not found", () =>
  forEver({ env: { KUBERNETES_SERVICE_HOST: "api.invalid" } }, async ({ program }) => {
    await program.says(/no answer from the API server: .*(dns error|lookup)/);
    assertSaid(program, /no answer from the API server: .*(dns error|lookup)/);
  }));

Deno.test("koordinator does its job in spite of: a ca.crt that is garbage", () =>
  both({
    inject: async (_, root) => {
      const file = `${root}/var/run/secrets/kubernetes.io/serviceaccount/ca.crt`;
      const good = await Deno.readTextFile(file);
      await Deno.writeTextFile(file, "garbage");
      setTimeout(() => Deno.writeTextFile(file, good), 1_000);
    },
  }, /ca\.crt holds no certificate that can be read/));

Deno.test("koordinator does its job in spite of: an authority that is replaced", async () => {
  const before = pod([ready("main"), unready("proxy")]);
  const rotate = async ({ server, root, program, knows }: Played) => {
    await knows("Before");
    const { port } = server;
    await server.close();
    const rotated = await startApiServer({ port, certificate: "rotated", pod: before });
    await program.says(/peer certificate.*is ca\.crt of the service account the API server's/);
    await rotated.writeServiceAccount(root);
    await program.says(/the API server answers again/);
    return rotated;
  };
  await using held = await waiting();
  await using sidecar = await running();
  await using forHeld = await rotate(held);
  assertEquals(held.program.output().stdout, "");
  forHeld.setPod(pod([ready("main"), ready("proxy")]));
  assertEquals((await held.program.status).code, 0);
  await using forSidecar = await rotate(sidecar);
  assertEquals(sidecar.program.output().stdout, "up\n");
  forSidecar.setPod(pod([ended("main", 0), ready("proxy")]));
  assertEquals((await sidecar.program.status).code, 0);
  assertEquals(sidecar.program.output().stdout, "up\nstopped\n");
});

Deno.test("koordinator does its job in spite of: fifty updates a second", () =>
  both({}, undefined, async ({ server, knows }) => {
    await knows("Calm");
    const requests = server.requests.length;
    for (let update = 0; update < 100; update++) {
      server.update((pod) => ({ ...pod, status: { ...pod.status, phase: `${update}` } }));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assertEquals(server.requests.length, requests);
  }));

for (
  const [fault, happen] of [
    ["the pod is deleted", ({ server }) => server.setPod(undefined)],
    ["a successor of the same name", ({ server }) => {
      const successor = pod([ready("main"), ready("proxy")]);
      server.setPod({ ...successor, metadata: { ...successor.metadata, uid: "uid-2" } });
    }],
  ] satisfies readonly (readonly [string, (played: Played) => void])[]
) {
  Deno.test(`koordinator does its job in spite of: ${fault}`, async () => {
    await using held = await waiting();
    await using sidecar = await running();
    await Promise.all([held.knows("Here"), sidecar.knows("Here")]);
    happen(held);
    happen(sidecar);
    assertEquals((await held.program.status).code, 143);
    assertEquals(held.program.output().stdout, "");
    // A command that runs is the kubelet's to stop.
    assertEquals(sidecar.program.output().stdout, "up\n");
    sidecar.program.kill("SIGTERM");
    assertEquals((await sidecar.program.status).code, 0);
    assertEquals(sidecar.program.output().stdout, "up\nstopped\n");
  });
}

Deno.test("an API server at an IPv6 address does as well", () => both({ hostname: "::1" }));

Deno.test("a mesh that is not up yet is complained of once, and asked again soon", async () => {
  await using held = await waiting({ inject: (server) => server.turnAway(4) });
  await held.knows("Meanwhile");
  assertEquals(warningsOf(held.program).length, 1, held.program.output().stderr);
  assert(held.program.output().stderr.includes("the API server answers again"));
});

interface Documented {
  readonly fault: string;
  readonly says: string;
}

async function documented(): Promise<readonly Documented[]> {
  const docs = await Deno.readTextFile(new URL("../../docs/reference/faults.md", import.meta.url));
  return docs.split("\n").filter((line) => line.startsWith("| ") && !line.startsWith("| ---"))
    .slice(1)
    .map((line) => line.split("|").map((cell) => cell.trim()))
    .map(([, fault = "", says = ""]) => ({ fault, says }));
}

Deno.test("every fault that is played stands in the docs, and none besides", async () => {
  const source = await Deno.readTextFile(new URL(import.meta.url));
  const single = [
    ...source.matchAll(/^Deno\.test\("koordinator does its job in spite of: (\w[^"]+)"/gm),
    ...source.matchAll(/^ {4}\["(\w[^"]+)", \(/gm),
  ].map(([, fault = ""]) => fault);
  assertEquals(
    (await documented()).map(({ fault }) => fault).toSorted(),
    [...[...ROWS, ...SLOW_ROWS].map(({ fault }) => fault), ...single].toSorted(),
  );
});

Deno.test("the docs say of each fault what the log says", async () => {
  const docs = new Map((await documented()).map(({ fault, says }) => [fault, says]));
  for (const { fault, says } of [...ROWS, ...SLOW_ROWS]) {
    const told = docs.get(fault) ?? "";
    const quoted = /`([^`]+)`/.exec(told)?.[1];
    if (says === undefined) assertMatch(told, /^nothing/, fault);
    else assert(quoted !== undefined && says.test(quoted), `${fault}: ${told} is not ${says}`);
  }
});

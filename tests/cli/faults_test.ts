// Each row of docs/reference/faults.md, played to the real program, waiting and running.
import { assert, assertEquals } from "@std/assert";
import { type ApiServer, startApiServer } from "../support/api_server.ts";
import { type Row, ROWS } from "../support/faults.ts";
import { startKoordinator } from "../support/koordinator.ts";
import { ended, pod, ready, unready } from "../supervisor/pods.ts";

async function inPod(server: ApiServer, root: string) {
  await server.writeServiceAccount(root);
  return {
    ...server.env(root),
    KOORDINATOR_POD_NAME: "pod",
    KOORDINATOR_POD_NAMESPACE: "default",
  };
}

/** A main that waits is launched, once its proxy is ready and not before. */
async function waits({ inject, says }: Row): Promise<void> {
  await using server = await startApiServer({ pod: pod([unready("main"), unready("proxy")]) });
  const root = await Deno.makeTempDir();
  inject(server);
  const env = { ...await inPod(server, root), KOORDINATOR_SPEC: '{"startDeps":["proxy"]}' };
  await using main = startKoordinator(["sh", "-c", "echo launched"], env);
  await server.seen("any", 2);
  assertEquals(main.output().stdout, "");
  server.setPod(pod([unready("main"), ready("proxy")]));
  assertEquals((await main.status).code, 0);
  assertEquals(main.output().stdout, "launched\n");
  if (says !== undefined) assert(says.test(main.output().stderr), main.output().stderr);
  await Deno.remove(root, { recursive: true });
}

/** A sidecar that runs is stopped, once its main has ended and not before. */
async function runs({ inject }: Row): Promise<void> {
  await using server = await startApiServer({ pod: pod([ready("main"), ready("proxy")]) });
  const root = await Deno.makeTempDir();
  inject(server);
  const env = { ...await inPod(server, root), KOORDINATOR_SPEC: '{"stopDeps":["main"]}' };
  const script = "trap 'echo stopped; exit 0' TERM; echo up; while :; do sleep 0.05; done";
  await using proxy = startKoordinator(["sh", "-c", script], env);
  await proxy.says(/up/);
  await server.seen("any", 2);
  assertEquals(proxy.output().stdout, "up\n");
  server.setPod(pod([ended("main", 0), ready("proxy")]));
  assertEquals((await proxy.status).code, 0);
  assertEquals(proxy.output().stdout, "up\nstopped\n");
  await Deno.remove(root, { recursive: true });
}

for (const row of ROWS) {
  Deno.test(`koordinator does its job in spite of: ${row.fault}`, async () => {
    await Promise.all([waits(row), runs(row)]);
  });
}

Deno.test("koordinator does its job in spite of: the API server is not there at the start", async () => {
  const { port } = reserved();
  const root = await Deno.makeTempDir();
  const probe = await startApiServer({ pod: pod([]) });
  const env = {
    ...await inPod(probe, root),
    KUBERNETES_SERVICE_PORT: String(port),
    KOORDINATOR_SPEC: '{"startDeps":["proxy"]}',
  };
  await probe.close();
  await using main = startKoordinator(["sh", "-c", "echo launched"], env);
  await main.says(/refused|tcp connect/i);
  await using _ = await startApiServer({ port, pod: pod([unready("main"), ready("proxy")]) });
  assertEquals((await main.status).code, 0);
  await Deno.remove(root, { recursive: true });
});

Deno.test("koordinator does its job in spite of: the API server goes away and comes back", async () => {
  const server = await startApiServer({ pod: pod([unready("main"), unready("proxy")]) });
  const root = await Deno.makeTempDir();
  const env = { ...await inPod(server, root), KOORDINATOR_SPEC: '{"startDeps":["proxy"]}' };
  await using main = startKoordinator(["sh", "-c", "echo launched"], env);
  await server.seen("watch", 1);
  await server.close();
  await main.says(/"severity":"WARNING"/);
  const { port } = server;
  await using again = await startApiServer({ port, pod: pod([unready("main"), unready("proxy")]) });
  again.setPod(pod([unready("main"), ready("proxy")]));
  assertEquals((await main.status).code, 0);
  assert(main.output().stderr.includes("the API server answers again"));
  await Deno.remove(root, { recursive: true });
});

Deno.test("koordinator does its job in spite of: a certificate that nobody vouches for", async () => {
  await using server = await startApiServer({ pod: pod([unready("main"), ready("proxy")]) });
  const root = await Deno.makeTempDir();
  const env = { ...await inPod(server, root), KOORDINATOR_SPEC: '{"startDeps":["proxy"]}' };
  const ca = `${root}/var/run/secrets/kubernetes.io/serviceaccount/ca.crt`;
  const good = await Deno.readTextFile(ca);
  await Deno.writeTextFile(ca, "garbage");
  await using main = startKoordinator(["sh", "-c", "echo launched"], env);
  await main.says(/certificate|ca\.crt/i);
  await Deno.writeTextFile(ca, good);
  assertEquals((await main.status).code, 0);
  await Deno.remove(root, { recursive: true });
});

Deno.test("koordinator does its job in spite of: fifty updates a second", async () => {
  await using server = await startApiServer({ pod: pod([ready("main"), ready("proxy")]) });
  const root = await Deno.makeTempDir();
  const env = { ...await inPod(server, root), KOORDINATOR_SPEC: '{"stopDeps":["main"]}' };
  const script = "trap 'exit 0' TERM; echo up; while :; do sleep 0.05; done";
  await using proxy = startKoordinator(["sh", "-c", script], env);
  await proxy.says(/up/);
  await server.seen("watch", 1);
  const requests = server.requests.length;
  for (let update = 0; update < 100; update++) {
    server.setPod(pod([ready("main"), update % 2 === 0 ? unready("proxy") : ready("proxy")]));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assertEquals(server.requests.length, requests);
  server.setPod(pod([ended("main", 0), ready("proxy")]));
  assertEquals((await proxy.status).code, 0);
  await Deno.remove(root, { recursive: true });
});

Deno.test("koordinator does its job in spite of: a name that is not found", async () => {
  await using server = await startApiServer({ pod: pod([unready("main"), ready("proxy")]) });
  const root = await Deno.makeTempDir();
  const env = {
    ...await inPod(server, root),
    KUBERNETES_SERVICE_HOST: "api.invalid",
    KOORDINATOR_SPEC: '{"startDeps":["proxy"]}',
  };
  await using main = startKoordinator(["echo", "launched"], env);
  await main.says(/dns error|lookup/i);
  main.kill("SIGTERM");
  assertEquals((await main.status).code, 143);
  assertEquals(main.output().stdout, "");
  await Deno.remove(root, { recursive: true });
});

Deno.test("koordinator does its job in spite of: 403 for ever", async () => {
  await using server = await startApiServer({ pod: pod([unready("main"), ready("proxy")]) });
  server.fail("any", { kind: "status", code: 403, reason: "Forbidden", message: "no pods" }, 999);
  const root = await Deno.makeTempDir();
  const env = { ...await inPod(server, root), KOORDINATOR_SPEC: '{"startDeps":["proxy"]}' };
  await using main = startKoordinator(["echo", "launched"], env);
  await main.says(/no pods/);
  await server.seen("any", 6);
  main.kill("SIGTERM");
  assertEquals((await main.status).code, 143);
  assertEquals(main.output().stderr.match(/no pods/g)?.length, 1);
  await Deno.remove(root, { recursive: true });
});

Deno.test("koordinator does its job in spite of: the pod is deleted", async () => {
  await using server = await startApiServer({ pod: pod([unready("main"), unready("proxy")]) });
  const root = await Deno.makeTempDir();
  const env = { ...await inPod(server, root), KOORDINATOR_SPEC: '{"startDeps":["proxy"]}' };
  await using main = startKoordinator(["echo", "launched"], env);
  await server.seen("watch", 1);
  server.setPod(undefined);
  assertEquals((await main.status).code, 143);
  assertEquals(main.output().stdout, "");
  await Deno.remove(root, { recursive: true });
});

Deno.test("koordinator does its job in spite of: a successor of the same name", async () => {
  const first = pod([unready("main"), unready("proxy")]);
  await using server = await startApiServer({ pod: first });
  const root = await Deno.makeTempDir();
  const env = { ...await inPod(server, root), KOORDINATOR_SPEC: '{"startDeps":["proxy"]}' };
  await using main = startKoordinator(["echo", "launched"], env);
  await server.seen("watch", 1);
  const other = pod([unready("main"), ready("proxy")]);
  server.setPod({ ...other, metadata: { ...other.metadata, uid: "uid-2" } });
  assertEquals((await main.status).code, 143);
  assertEquals(main.output().stdout, "");
  await Deno.remove(root, { recursive: true });
});

function reserved(): { readonly port: number } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return { port };
}

Deno.test("every fault that is played stands in the docs, and none besides", async () => {
  const docs = await Deno.readTextFile(new URL("../../docs/reference/faults.md", import.meta.url));
  const [, ...documented] = [...docs.matchAll(/^\| ([^|]+?) +\|/gm)].map(([, fault]) => fault)
    .filter((fault) => !fault?.startsWith("---"));
  const follower = new URL("../kubernetes/watch_test.ts", import.meta.url);
  const sources = [
    await Deno.readTextFile(new URL(import.meta.url)),
    await Deno.readTextFile(follower),
  ];
  const single = sources.flatMap((source) =>
    [...source.matchAll(
      /^Deno\.test\("(?:koordinator does its job|the pod is followed) in spite of: ([^"]+)"/gm,
    )]
      .map(([, fault]) => fault)
  );
  assertEquals(documented.toSorted(), [...ROWS.map(({ fault }) => fault), ...single].toSorted());
});

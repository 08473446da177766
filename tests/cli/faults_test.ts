// Each row of docs/reference/faults.md, played to the real program, waiting and running.
import { assert, assertEquals } from "@std/assert";
import type { ApiServer, Fault } from "../support/api_server.ts";
import { startApiServer } from "../support/api_server.ts";
import { startKoordinator } from "../support/koordinator.ts";
import { ended, pod, ready, unready } from "../supervisor/pods.ts";

interface Row {
  readonly fault: string;
  /** Makes it happen; called before koordinator starts. */
  readonly inject: (server: ApiServer) => void;
  /** What the log is to say, if anything. */
  readonly says?: RegExp;
}

const at = (code: number, more: Partial<Fault & { kind: "status" }> = {}): Fault => ({
  kind: "status",
  code,
  ...more,
});
const stream = (chunk: string, then: "end" | "cut" | "serve" = "serve"): Fault => ({
  kind: "stream",
  chunks: [chunk],
  then,
});
const event = (type: string, object: unknown) => `${JSON.stringify({ type, object })}\n`;
const expired = { kind: "Status", code: 410, reason: "Expired", message: "too old version" };
const stale = event("ADDED", {
  kind: "Pod",
  ...pod([unready("main"), unready("proxy")]),
});

const ROWS: readonly Row[] = [
  { fault: "the watch ends cleanly", inject: (s) => s.fail("watch", stream("", "end"), 2) },
  {
    fault: "the connection is cut in the middle of a line",
    inject: (s) => s.fail("watch", stream('{"type":"MODI', "cut"), 2),
  },
  {
    fault: "410 as an event",
    inject: (s) => s.fail("watch", stream(event("ERROR", expired)), 2),
  },
  { fault: "410 as a status", inject: (s) => s.fail("watch", at(410, { reason: "Expired" }), 2) },
  { fault: "401 until the token is read again", inject: (s) => s.fail("any", at(401), 2) },
  {
    fault: "403 for a while",
    inject: (s) => s.fail("any", at(403, { reason: "Forbidden", message: "pods is forbidden" }), 2),
    says: /pods is forbidden/,
  },
  {
    fault: "429 with Retry-After",
    inject: (s) => s.fail("any", at(429, { headers: { "retry-after": "1" } }), 1),
  },
  { fault: "429 without Retry-After", inject: (s) => s.fail("any", at(429), 2) },
  { fault: "500", inject: (s) => s.fail("any", at(500), 2) },
  { fault: "502", inject: (s) => s.fail("any", at(502), 2) },
  { fault: "503", inject: (s) => s.fail("any", at(503), 2) },
  {
    fault: "a list that is no JSON",
    inject: (s) => s.fail("list", { kind: "body", body: "{" }, 2),
  },
  { fault: "a line that is no JSON", inject: (s) => s.fail("watch", stream("nonsense\n"), 2) },
  {
    fault: "an unknown event type",
    inject: (s) => s.fail("watch", stream(event("SURPRISE", {})), 2),
  },
  {
    fault: "a line of more than eight megabytes",
    inject: (s) => s.fail("watch", stream("x".repeat(9_000_000)), 1),
  },
  { fault: "compressed answers", inject: (s) => s.fail("list", { kind: "gzip" }, 2) },
  {
    fault: "a stale event before the fresh ones",
    inject: (s) => s.fail("watch", stream(stale), 1),
  },
  {
    fault: "each watch is closed at once",
    inject: (s) => s.fail("watch", stream("", "end"), 5),
  },
];

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
  const { port } = await reserved();
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

async function reserved(): Promise<{ readonly port: number }> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return await Promise.resolve({ port });
}

Deno.test("every fault that is played stands in the docs, and none besides", async () => {
  const docs = await Deno.readTextFile(new URL("../../docs/reference/faults.md", import.meta.url));
  const rows = [...docs.matchAll(/^\| ([^|]+?) +\| /gm)].map(([, fault]) => fault)
    .filter((fault) => fault !== "fault" && !fault?.startsWith("---"));
  const source = await Deno.readTextFile(new URL(import.meta.url));
  const single = [
    ...source.matchAll(/^Deno\.test\("koordinator does its job in spite of: ([^"]+)"/gm),
  ]
    .map(([, fault]) => fault);
  const played = [...ROWS.map(({ fault }) => fault), ...single];
  for (const fault of played) assert(rows.includes(fault), `${fault} is not in the docs`);
});

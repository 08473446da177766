/** The documentation's manifests with no service account's token, no Role and no request. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { clusterTest, container, type Namespace, terminated } from "./support/cluster.ts";
import { example, type ExampleContainer, withoutRights } from "./support/manifests.ts";

/** What a pod's interface has sent so far, in bytes, is in it: printed after the main has run. */
const TRAFFIC = "/proc/net/dev";

/** Of the neighbour discovery alone; a TLS handshake and two requests with a token take twice that. */
const MOST_BYTES_WITHOUT_A_REQUEST = 2_500;

function showingTraffic(container: ExampleContainer): ExampleContainer {
  if (container.name !== "main-container") return container;
  return {
    ...container,
    command: ["/koordinator/koordinator", "sh", "-c", `/main-app; cat ${TRAFFIC}`],
  };
}

/** What other pods make known to all their neighbours is received, and never sent. */
async function bytesSent(namespace: Namespace, file: string): Promise<number> {
  await namespace.apply(...await example(namespace, showingTraffic, file));
  const pod = await namespace.ended();
  assertEquals(pod.status.phase, "Succeeded");
  assertEquals(terminated(pod, "main-container")?.exitCode, 0);
  assertEquals(terminated(pod, "cloud-sql-proxy")?.exitCode, 0);
  const log = await namespace.logs(pod.metadata.name, "main-container");
  assertStringIncludes(log, "connection accepted");
  const [, sent] = /eth0:(?:\s*\d+){8}\s+(\d+)/.exec(log) ?? [];
  assert(sent !== undefined, log);
  return Number(sent);
}

clusterTest("the example without rights runs in order and makes no request", async (namespace) => {
  const bytes = await bytesSent(namespace, "without-rights.yaml");
  assert(bytes < MOST_BYTES_WITHOUT_A_REQUEST, `${bytes} bytes sent`);
});

clusterTest(
  "the example with rights is seen on the network, so that none would be seen too",
  async (namespace) => {
    const bytes = await bytesSent(namespace, "job.yaml");
    assert(bytes > MOST_BYTES_WITHOUT_A_REQUEST, `${bytes} bytes sent`);
  },
);

/** Those that depend on other containers: what they must come to is the same with rights. */
const PAGES: readonly (readonly [file: string, codes: Readonly<Record<string, number>>])[] = [
  ["start-conditions.yaml", { migration: 0, app: 0 }],
  ["stop-conditions.yaml", { producer: 0, consumer: 0, queue: 0 }],
  ["stop-actions.yaml", { main: 0, "by-signal": 0, "by-program": 0 }],
  ["probe.yaml", { server: 0, client: 0 }],
  ["deliver-init-container.yaml", { server: 0, client: 0 }],
  ["deliver-read-only.yaml", { server: 0, client: 0 }],
];

for (const [file, codes] of PAGES) {
  clusterTest(`examples/${file} comes to the same without token and rights`, async (namespace) => {
    await namespace.apply(...withoutRights(await example(namespace, undefined, file)));
    const pod = await namespace.ended();
    assertEquals(pod.status.phase, "Succeeded");
    for (const [name, code] of Object.entries(codes)) {
      assertEquals(terminated(pod, name)?.exitCode, code, name);
    }
  });
}

clusterTest(
  "examples/ordered-termination.yaml comes to the same without token and rights",
  async (namespace) => {
    const objects = await example(namespace, undefined, "ordered-termination.yaml");
    await namespace.apply(...withoutRights(objects));
    const { object } = await namespace.until(
      "the shipper runs",
      ({ object }) => container(object, "shipper")?.state.running !== undefined,
    );
    const log = await namespace.logs(object.metadata.name, "shipper", "--follow");
    assertStringIncludes(log, "last line");
  },
);

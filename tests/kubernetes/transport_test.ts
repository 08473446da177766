import { assertEquals, assertRejects } from "@std/assert";
import { inClusterConfig } from "../../lib/kubernetes/in_cluster.ts";
import { createTransport } from "../../lib/kubernetes/transport.ts";
import { startApiServer } from "../support/api_server.ts";

const signal = new AbortController().signal;
const PATH = "/api/v1/namespaces/default/pods";

for (const hostname of ["127.0.0.1", "::1"]) {
  Deno.test(`an API server at ${hostname} is reached, its certificate checked`, async () => {
    const root = await Deno.makeTempDir();
    await using server = await startApiServer({ hostname });
    await server.writeServiceAccount(root);
    const env = server.env(root);
    using transport = createTransport(inClusterConfig((name) => env[name], root));
    const response = await transport(PATH, { signal });
    assertEquals(response.status, 200);
    await response.body?.cancel();
    await Deno.remove(root, { recursive: true });
  });
}

Deno.test("certificates that come late are used once they are there", async () => {
  const root = await Deno.makeTempDir();
  await using server = await startApiServer({});
  await server.writeServiceAccount(root);
  const env = server.env(root);
  const config = inClusterConfig((name) => env[name], root);
  const ca = await Deno.readTextFile(config.caPath);
  await Deno.writeTextFile(config.caPath, "garbage");
  using transport = createTransport(config);
  await assertRejects(() => transport(PATH, { signal }), TypeError);
  await Deno.writeTextFile(config.caPath, ca);
  const response = await transport(PATH, { signal });
  assertEquals(response.status, 200);
  await response.body?.cancel();
  await Deno.remove(root, { recursive: true });
});

Deno.test("certificates that are replaced are used after five minutes, open answers live on", async () => {
  const root = await Deno.makeTempDir();
  await using server = await startApiServer({});
  await server.writeServiceAccount(root);
  const env = server.env(root);
  const config = inClusterConfig((name) => env[name], root);
  const ca = await Deno.readTextFile(config.caPath);
  let now = 0;
  using transport = createTransport(config, () => now);
  const watch = await transport(`${PATH}?watch=true`, { signal });
  const reader = watch.body?.getReader();
  // The same certificate among others, as while a cluster's certificates rotate.
  await Deno.writeTextFile(config.caPath, `${ca}\n${ca}`);
  now = 300_000;
  const response = await transport(PATH, { signal });
  assertEquals(response.status, 200);
  await response.body?.cancel();
  server.setPod({ metadata: { name: "web-0", uid: "u" } });
  const read = await reader?.read();
  assertEquals(read?.done, false);
  await reader?.cancel();
  await Deno.remove(root, { recursive: true });
});

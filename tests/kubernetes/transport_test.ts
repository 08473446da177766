import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { inClusterConfig } from "../../lib/kubernetes/in_cluster.ts";
import { createTransport, type Transport } from "../../lib/kubernetes/transport.ts";
import { type ApiServer, startApiServer } from "../../tools/scripted_cluster/api_server.ts";

const { signal } = new AbortController();
const PATH = "/api/v1/namespaces/default/pods";

/** A server, and the files of a pod that may talk to it. */
async function cluster(options: Parameters<typeof startApiServer>[0] = {}) {
  const root = await Deno.makeTempDir();
  const server = await startApiServer(options);
  await server.writeServiceAccount(root);
  const env = server.env(root);
  const config = inClusterConfig((name) => env[name], root);
  return {
    server,
    config,
    writeCa: (text: string) => Deno.writeTextFile(config.caPath, text),
    async [Symbol.asyncDispose]() {
      await server.close();
      await Deno.remove(root, { recursive: true });
    },
  };
}

async function assertAnswers(transport: Transport): Promise<void> {
  const response = await transport(PATH, { signal });
  assertEquals(response.status, 200);
  await response.body?.cancel();
}

for (const hostname of ["127.0.0.1", "::1"]) {
  Deno.test(`an API server at ${hostname} is reached, its certificate checked`, async () => {
    await using at = await cluster({ hostname });
    using transport = createTransport(at.config);
    await assertAnswers(transport);
  });
}

for (
  const [what, text] of [
    ["garbage", "garbage"],
    ["a block of garbage", "-----BEGIN CERTIFICATE-----\nnonsense!\n-----END CERTIFICATE-----\n"],
    ["a block of base64", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"],
    ["nothing", ""],
  ] as const
) {
  Deno.test(`${what} in place of certificates is named as such, and replaced once they are there`, async () => {
    await using at = await cluster();
    const ca = await Deno.readTextFile(at.config.caPath);
    await at.writeCa(text);
    using transport = createTransport(at.config);
    const error = await assertRejects(() => transport(PATH, { signal }), Error);
    assertEquals(error.message, `${at.config.caPath} holds no certificate that can be read`);
    await at.writeCa(ca);
    await assertAnswers(transport);
  });

  Deno.test(`${what} that replaces the certificates leaves the old ones in use`, async () => {
    await using at = await cluster();
    let now = 0;
    using transport = createTransport(at.config, { now: () => now });
    await assertAnswers(transport);
    await at.writeCa(text);
    now = 300_000;
    await assertAnswers(transport);
  });
}

Deno.test("a file of certificates that is not there is named", async () => {
  await using at = await cluster();
  await Deno.remove(at.config.caPath);
  using transport = createTransport(at.config);
  const error = await assertRejects(() => transport(PATH, { signal }), Error);
  assertStringIncludes(error.message, `${at.config.caPath} cannot be read`);
});

Deno.test("an API server whose authority was replaced is trusted as soon as the file is, with no restart", async () => {
  await using at = await cluster();
  using transport = createTransport(at.config);
  await assertAnswers(transport);
  const { port } = at.server;
  await at.server.close();
  await using rotated: ApiServer = await startApiServer({ port, certificate: "rotated" });
  await assertRejects(() => transport(PATH, { signal }), TypeError, "certificate");
  const root = at.config.caPath.slice(0, at.config.caPath.indexOf("/var/run"));
  await rotated.writeServiceAccount(root);
  await assertAnswers(transport);
});

Deno.test("certificates that are replaced are used after five minutes, open answers live on", async () => {
  await using at = await cluster();
  const ca = await Deno.readTextFile(at.config.caPath);
  let now = 0;
  using transport = createTransport(at.config, { now: () => now });
  const watch = await transport(`${PATH}?watch=true`, { signal });
  const reader = watch.body?.getReader();
  // The old authority beside the new one, as while a cluster's certificates rotate.
  const rotated = new URL("../../tools/scripted_cluster/tls/rotated-ca.crt", import.meta.url);
  await at.writeCa(`${await Deno.readTextFile(rotated)}${ca}`);
  now = 300_000;
  await assertAnswers(transport);
  at.server.setPod({ metadata: { name: "web-0", uid: "u" } });
  const read = await reader?.read();
  assertEquals(read?.done, false);
  await reader?.cancel();
});

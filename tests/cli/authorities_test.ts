// The API server's certificate is checked against ca.crt of the service account, and nothing else.
import { Buffer } from "node:buffer";
import { fileURLToPath } from "node:url";
import { assert, assertEquals } from "@std/assert";
import { serviceAccountPaths } from "../../lib/kubernetes/in_cluster.ts";
import { fromSources, startProcess } from "../process/fixture.ts";
import { type ApiServer, startApiServer } from "../../tools/scripted_cluster/api_server.ts";
import { executable } from "../support/executable.ts";
import { startKoordinator } from "../support/koordinator.ts";
import { pod, ready } from "../../tools/scripted_cluster/pods.ts";
import { someOf } from "../support/whole.ts";

const TLS = fileURLToPath(new URL("../../tools/scripted_cluster/tls/", import.meta.url));

/** An API server, and a pod whose ca.crt is not that of its authority. */
async function foreign(certificate: "rotated" | "impostor") {
  const server = await startApiServer({ pod: pod([ready("main"), ready("proxy")]), certificate });
  const root = await Deno.makeTempDir();
  await server.writeServiceAccount(root);
  const { ca } = serviceAccountPaths(root);
  await Deno.copyFile(`${TLS}ca.crt`, ca);
  return {
    server,
    ca,
    env: {
      ...server.env(root),
      KOORDINATOR_POD_NAME: "pod",
      KOORDINATOR_POD_NAMESPACE: "default",
      KOORDINATOR_SPEC: '{"startDeps":["proxy"]}',
      KOORDINATOR_STATE_DIR: `${root}/state`,
    },
    async [Symbol.asyncDispose]() {
      await server.close();
      await Deno.remove(root, { recursive: true });
    },
  };
}

/** The server was told nothing, the token least of all. */
function assertUnheard(server: ApiServer, output: string): void {
  assertEquals(server.requests.length, 0);
  assertEquals(output.includes("launched"), false);
}

/** Where programs are told to find authorities. */
const FOREIGN_CA = `${TLS}rotated-ca.crt`;
const TOLD = [
  { DENO_CERT: FOREIGN_CA },
  { DENO_TLS_CA_STORE: "system", SSL_CERT_FILE: FOREIGN_CA },
  { DENO_TLS_CA_STORE: "mozilla,system", SSL_CERT_FILE: FOREIGN_CA, SSL_CERT_DIR: TLS },
  { DENO_TLS_CA_STORE: "system", SSL_CERT_DIR: TLS },
  { NODE_EXTRA_CA_CERTS: FOREIGN_CA, NODE_TLS_REJECT_UNAUTHORIZED: "0" },
  { DENO_UNSAFELY_IGNORE_CERTIFICATE_ERRORS: "", DENO_CERT: `data:${FOREIGN_CA}` },
] as const;

for (const told of TOLD) {
  const names = Object.keys(told).join(" and ");
  Deno.test(`an API server that only ${names} would vouch for gets no token`, async () => {
    await using at = await foreign("rotated");
    await using run = startKoordinator(["echo", "launched"], { ...at.env, ...told });
    await run.says(/invalid peer certificate/);
    assertUnheard(at.server, run.output().stdout);
  });

  for (const [what, spoil, words] of someOf(spoilt(), 3)) {
    Deno.test(`${what} opens no door to what ${names} would vouch for`, async () => {
      await using at = await foreign("rotated");
      await spoil(at.ca);
      await using run = startKoordinator(["echo", "launched"], { ...at.env, ...told });
      await run.says(words);
      assertUnheard(at.server, run.output().stdout);
      // All is well as soon as there is a certificate.
      await Deno.copyFile(FOREIGN_CA, at.ca);
      assertEquals((await run.status).code, 0);
    });
  }
}

function spoilt() {
  return [
    ["a ca.crt that is missing", (path: string) => Deno.remove(path), /ca\.crt cannot be read/],
    [
      "a ca.crt of garbage",
      (path: string) => Deno.writeTextFile(path, "garbage"),
      /ca\.crt holds no certificate that can be read/,
    ],
    [
      "an empty ca.crt",
      (path: string) => Deno.writeTextFile(path, ""),
      /ca\.crt holds no certificate that can be read/,
    ],
  ] as const;
}

for (const told of someOf(TOLD.slice(0, 3), 3)) {
  Deno.test(`run from the sources, ${Object.keys(told).join(" and ")} vouch for nobody either`, async () => {
    await using at = await foreign("rotated");
    const main = fileURLToPath(new URL("../../main.ts", import.meta.url));
    const env = { ...at.env, ...told };
    await using run = startProcess([...fromSources(main), "echo", "launched"], { env });
    await run.says(/invalid peer certificate/);
    assertUnheard(at.server, run.output());
  });
}

/**
 * Deno's runtime has Mozilla's roots inside. Nobody has their keys, so the test puts its own key in the
 * place of one, in a copy of the executable.
 */
Deno.test("an authority that is built into Deno is not trusted", async () => {
  await using at = await foreign("impostor");
  const program = await Deno.readFile(await executable());
  replace(program, await publicKey("isrg-root-x2.crt"), await publicKey("impostor-ca.crt"));
  await using isolated = await write(program);
  await using run = startProcess([isolated.path, "echo", "launched"], { env: at.env });
  await run.says(/invalid peer certificate: UnknownIssuer/);
  assertUnheard(at.server, run.output());

  // Without the one setting of the loader Deno trusts it: so this test would see it.
  const [set, other] = ["DENO_TLS_CA_STORE=,", "XENO_TLS_CA_STORE=,"];
  replace(program, new TextEncoder().encode(set), new TextEncoder().encode(other));
  await using trusting = await write(program);
  await using fooled = startProcess([trusting.path, "echo", "launched"], { env: at.env });
  assertEquals((await fooled.status).code, 0, fooled.output());
  assert(at.server.requests.length > 0);
});

/** The point of a P-384 key, uncompressed, in a certificate (RFC 5480). */
async function publicKey(name: string): Promise<Uint8Array<ArrayBuffer>> {
  const pem = await Deno.readTextFile(TLS + name);
  const der = Uint8Array.fromBase64(pem.replace(/-----.*-----/g, "").replace(/\s/g, ""));
  const [at] = placesOf(Uint8Array.of(0x03, 0x62, 0x00, 0x04), der);
  if (at === undefined) throw new Error(`${name} has no key of P-384`);
  return der.slice(at + 3, at + 3 + 97);
}

function replace(program: Uint8Array, from: Uint8Array, to: Uint8Array): void {
  const places = placesOf(from, program);
  assert(places.length > 0, "not in the executable");
  for (const at of places) program.set(to, at);
}

function placesOf(wanted: Uint8Array, bytes: Uint8Array): readonly number[] {
  const places = [];
  // Arrays find single bytes alone.
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = -1; (at = text.indexOf(wanted, at + 1)) >= 0;) places.push(at);
  return places;
}

async function write(program: Uint8Array<ArrayBuffer>) {
  const path = await Deno.makeTempFile({
    dir: fileURLToPath(new URL("../../.cache", import.meta.url)),
  });
  await Deno.writeFile(path, program, { mode: 0o755 });
  await Deno.chmod(path, 0o755);
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path) };
}

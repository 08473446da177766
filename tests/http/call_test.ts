import { assertEquals, assertStringIncludes } from "@std/assert";
import { NOBODYS_PORT } from "../support/nobodys_port.ts";
import { call } from "../../lib/http/call.ts";
import { milliseconds, seconds } from "../../lib/spec/duration.ts";
import type { HttpCall } from "../../lib/spec/spec.ts";

interface Endpoint extends AsyncDisposable {
  readonly port: number;
  readonly asked: readonly string[];
}

function serve(
  answer: (request: Request, asked: number) => Response | Promise<Response>,
): Endpoint {
  const asked: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    asked.push(`${request.method} ${new URL(request.url).pathname}`);
    return answer(request, asked.length);
  });
  return { port: server.addr.port, asked, [Symbol.asyncDispose]: () => server.shutdown() };
}

function request(port: number, more: Partial<HttpCall> = {}): HttpCall {
  const method = "POST";
  return {
    ...{ method, port, path: "/quitquitquit", headers: {}, timeout: seconds(5) },
    ...{ retries: 0, accept: undefined },
    ...more,
  };
}

/** cloud-sql-proxy 2: GET and POST, anything else is a bad request. */
const cloudSqlProxy = ({ method }: Request) =>
  new Response(null, { status: method === "GET" || method === "POST" ? 200 : 400 });

/** Istio's agent: POST alone. */
const istio = ({ method }: Request) =>
  new Response(null, { status: method === "POST" ? 200 : 405 });

/** Linkerd's proxy without LINKERD2_PROXY_SHUTDOWN_ENDPOINT_ENABLED. */
const linkerd = () => new Response("shutdown endpoint is not enabled", { status: 403 });

/** Vault agent: POST with its header of intent. */
const vault = (request: Request) =>
  new Response(null, { status: request.headers.get("X-Vault-Request") === "true" ? 200 : 412 });

Deno.test("cloud-sql-proxy is stopped by GET and by POST, and not by PUT", async () => {
  await using endpoint = serve(cloudSqlProxy);
  for (const [method, ok] of [["GET", true], ["POST", true], ["PUT", false]] as const) {
    assertEquals((await call(request(endpoint.port, { method }))).ok, ok);
  }
});

Deno.test("a call waits for its answer as long as its timeout says, be it a month", async () => {
  await using endpoint = serve(async () => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    return new Response();
  });
  for (const timeout of [milliseconds(2 ** 31), seconds(30 * 86_400), seconds(10 * 365 * 86_400)]) {
    const result = await call(request(endpoint.port, { timeout }));
    assertEquals(result.ok, true, result.detail);
  }
});

Deno.test("Istio's agent wants POST, and the log says so", async () => {
  await using endpoint = serve(istio);
  assertEquals((await call(request(endpoint.port))).ok, true);
  const refused = await call(request(endpoint.port, { method: "GET" }));
  assertEquals(refused.ok, false);
  assertStringIncludes(refused.detail, "Istio's agent wants POST");
});

Deno.test("a Linkerd proxy that may not be stopped: the log names the setting", async () => {
  await using endpoint = serve(linkerd);
  const { ok, detail } = await call(request(endpoint.port, { path: "/shutdown" }));
  assertEquals(ok, false);
  assertStringIncludes(detail, "LINKERD2_PROXY_SHUTDOWN_ENDPOINT_ENABLED");
});

Deno.test("Vault agent is stopped with its header", async () => {
  await using endpoint = serve(vault);
  const path = "/agent/v1/quit";
  const headers = { "X-Vault-Request": "true" };
  assertEquals((await call(request(endpoint.port, { path }))).ok, false);
  assertEquals((await call(request(endpoint.port, { path, headers }))).ok, true);
});

Deno.test("a call that got no accepted answer is made again as often as it may", async () => {
  await using endpoint = serve((_, asked) => new Response(null, { status: asked < 3 ? 503 : 200 }));
  assertEquals((await call(request(endpoint.port, { retries: 2 }))).ok, true);
  assertEquals(endpoint.asked.length, 3);
});

Deno.test("the accepted codes are those that the spec names", async () => {
  await using endpoint = serve(() => new Response(null, { status: 409 }));
  assertEquals((await call(request(endpoint.port))).ok, false);
  assertEquals((await call(request(endpoint.port, { accept: [200, 409] }))).ok, true);
});

Deno.test("a call that is refused for a moment is made again", async () => {
  const reserved = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = reserved.addr;
  reserved.close();
  const calling = call(request(port));
  const server = Deno.serve(
    { hostname: "127.0.0.1", port, onListen: () => {} },
    () => new Response(),
  );
  assertEquals((await calling).ok, true);
  await server.shutdown();
});

Deno.test("a call that nobody answers gives up, and says where", async () => {
  const { ok, detail } = await call(request(NOBODYS_PORT));
  assertEquals(ok, false);
  assertStringIncludes(detail, `POST http://127.0.0.1:${NOBODYS_PORT}/quitquitquit`);
});

Deno.test("a call whose answer never comes ends with its timeout", async () => {
  const answer = Promise.withResolvers<Response>();
  await using endpoint = serve(() => answer.promise);
  const { ok, detail } = await call(request(endpoint.port, { timeout: milliseconds(100) }));
  answer.resolve(new Response());
  assertEquals(ok, false);
  assertStringIncludes(detail, "no answer in time");
});

// What is left unread makes the kernel end a connection by RST.
for (const [how, read] of [["closed", 4096], ["reset", 1]] as const) {
  Deno.test(`a call that was taken is made once, though its connection is ${how} without an answer`, async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    let taken = 0;
    const serving = (async () => {
      for await (const connection of listener) {
        taken++;
        await connection.read(new Uint8Array(read));
        connection.close();
      }
    })();
    const { ok, detail } = await call(request(listener.addr.port));
    listener.close();
    await serving;
    assertEquals([ok, taken], [false, 1]);
    assertStringIncludes(detail, `POST http://127.0.0.1:${listener.addr.port}/quitquitquit`);
  });
}

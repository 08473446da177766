import { assert, assertEquals } from "@std/assert";
import type { Check, CheckResult } from "../../lib/spec/spec.ts";
import { check, follow } from "../../lib/probe/check.ts";
import { NOBODYS_PORT } from "../support/nobodys_port.ts";

const never = new AbortController().signal;

Deno.test("a tcp gate opens when somebody listens", async () => {
  // Its own address: on that of all other tests somebody may be given the port that this one leaves.
  const host = "127.0.87.1";
  const listener = Deno.listen({ hostname: host, port: 0 });
  const { port } = listener.addr;
  assertEquals((await check({ kind: "tcp", host, port }, never)).open, true);
  listener.close();
  assertEquals((await check({ kind: "tcp", host, port }, never)).open, false);
});

Deno.test("a tcp gate knows IPv6", async () => {
  const listener = Deno.listen({ hostname: "::1", port: 0 });
  assertEquals(
    (await check({ kind: "tcp", host: "::1", port: listener.addr.port }, never)).open,
    true,
  );
  listener.close();
});

Deno.test("a unix gate opens when somebody listens on the socket, not when a file lies there", async () => {
  const path = `${await Deno.makeTempDir()}/socket`;
  assertEquals((await check({ kind: "unix", path }, never)).open, false);
  const listener = Deno.listen({ transport: "unix", path });
  assertEquals((await check({ kind: "unix", path }, never)).open, true);
  listener.close();
  assertEquals((await check({ kind: "unix", path }, never)).open, false);
});

Deno.test("a file gate opens when the file is there", async () => {
  const path = await Deno.makeTempFile();
  assertEquals((await check({ kind: "file", path }, never)).open, true);
  await Deno.remove(path);
  assertEquals((await check({ kind: "file", path }, never)).open, false);
});

for (
  const [code, open] of [[200, true], [204, true], [302, true], [404, false], [503, false]] as const
) {
  Deno.test(`an http gate is ${open ? "open" : "shut"} at ${code}`, async () => {
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      () => new Response(null, { status: code, headers: { Location: "/elsewhere" } }),
    );
    const { port } = server.addr;
    assertEquals((await check({ kind: "http", port, path: "/ready" }, never)).open, open);
  });
}

Deno.test("a proxy's variable that is not UTF-8 keeps no http gate shut, from the sources either", async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response(),
  );
  const module = new URL("../../lib/probe/check.ts", import.meta.url).href;
  const script = `import { check } from ${JSON.stringify(module)};
    const gate = { kind: "http", port: ${server.addr.port}, path: "/" };
    console.log((await check(gate, new AbortController().signal)).open);`;
  const bytes = String.raw`"$(printf '\377')"`;
  const { stdout, stderr } = await new Deno.Command("sh", {
    args: [
      ...["-c", `exec env HTTP_PROXY=${bytes} all_proxy=${bytes} DENO_CERT=${bytes} "$@"`, "sh"],
      ...[Deno.execPath(), "eval", "--quiet", script],
    ],
  }).output();
  const text = new TextDecoder();
  assertEquals(text.decode(stdout), "true\n", text.decode(stderr));
});

Deno.test("an http gate goes direct whatever HTTP_PROXY says, and the variable stays", async () => {
  const asked: string[] = [];
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => {
      asked.push(new URL(request.url).pathname);
      return new Response();
    },
  );
  const script = `import { check } from ${
    JSON.stringify(new URL("../../lib/probe/check.ts", import.meta.url).href)
  };
    const gate = { kind: "http", port: ${server.addr.port}, path: "/ready" };
    const { open } = await check(gate, new AbortController().signal);
    console.log(open, Deno.env.get("HTTP_PROXY"));`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", script],
    env: { HTTP_PROXY: "http://127.0.0.1:1" },
  }).output();
  assertEquals(new TextDecoder().decode(stdout), "true http://127.0.0.1:1\n");
  assertEquals(asked, ["/ready"]);
});

Deno.test("a gate tells how it is at first, each change, also of what keeps it shut, and nothing in between", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/ready`;
  const done = new AbortController();
  const told: CheckResult[] = [];
  let next = Promise.withResolvers<void>();
  const tells = async (act: () => Promise<unknown>) => {
    next = Promise.withResolvers();
    await act();
    await next.promise;
  };
  const following = follow({ kind: "file", path }, (result) => {
    told.push(result);
    next.resolve();
  }, done.signal);
  await next.promise;
  await tells(() => Deno.symlink("nowhere", path));
  await tells(() => Deno.writeTextFile(`${folder}/nowhere`, ""));
  await tells(() => Deno.remove(path));
  done.abort();
  await following;
  const notThere = { open: false, why: "it is not there" } as const;
  const dangling = { open: false, why: "it is a link to something that is not there" } as const;
  assertEquals(told, [notThere, dangling, { open: true }, notThere]);
  await Deno.remove(folder, { recursive: true });
});

/** A server that gives everybody the same bytes, and then closes. */
function answering(bytes: string, hostname = "127.0.0.1") {
  const listener = Deno.listen({ hostname, port: 0 });
  const serving = (async () => {
    for await (const connection of listener) {
      await connection.read(new Uint8Array(1_000));
      await connection.write(Uint8Array.from(bytes, (char) => char.charCodeAt(0)));
      connection.close();
    }
  })();
  return {
    port: listener.addr.port,
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
    },
  };
}

const ANSWERS: readonly (readonly [string, string, string])[] = [
  ["a refusal", "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", "HTTP 401 Unauthorized"],
  ["an overload", "HTTP/1.1 503 Not\r\nContent-Length: 0\r\n\r\n", "HTTP 503"],
  ["no answer", "", "the connection was closed without an answer"],
  ["half an answer", "HTTP/1.1 2", "the connection was closed without an answer"],
  ["a TLS alert", "\x15\x03\x01\x00\x02\x02\x46", "the server speaks TLS, and the gate plain HTTP"],
  [
    "what Go answers on a TLS port",
    "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n",
    "HTTP 400 Bad Request: the server speaks TLS",
  ],
  ["another protocol", "SSH-2.0-OpenSSH_9\r\n", "the answer is not HTTP"],
];

for (const [name, bytes, why] of ANSWERS) {
  Deno.test(`an http gate that is given ${name} says so`, async () => {
    await using server = answering(bytes);
    const result = await check({ kind: "http", port: server.port, path: "/" }, never);
    assert(!result.open);
    assert(result.why.startsWith(why), result.why);
  });
}

Deno.test("an http gate that is never answered says so", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const result = await check({ kind: "http", port, path: "/" }, never);
  assertEquals(result, { open: false, why: "no answer within a second" });
  listener.close();
});

const root = await Deno.makeTempDir();
await Deno.symlink("loop", `${root}/loop`);
await Deno.symlink("nowhere", `${root}/dangling`);
await Deno.writeTextFile(`${root}/file`, "");

const SHUT: readonly (readonly [Check, string])[] = [
  [
    { kind: "tcp", host: "127.0.0.1", port: NOBODYS_PORT },
    "connection refused: nobody listens there",
  ],
  [
    { kind: "tcp", host: "localhost", port: NOBODYS_PORT },
    "connection refused: nobody listens there",
  ],
  [{ kind: "http", port: NOBODYS_PORT, path: "/" }, "connection refused: nobody listens there"],
  [{ kind: "unix", path: `${root}/none` }, "it is not there"],
  [{ kind: "unix", path: `${root}/file` }, "connection refused: nobody listens there"],
  [{ kind: "file", path: `${root}/none` }, "it is not there"],
  [{ kind: "file", path: `${root}/dangling` }, "it is a link to something that is not there"],
  [{ kind: "file", path: `${root}/loop` }, "its links lead in a circle"],
  [{ kind: "file", path: "/etc/passwd/x" }, "a part of its path is a file, and no folder"],
  [{ kind: "file", path: `/${"x".repeat(300)}` }, "its name is too long"],
];

for (const [asked, why] of SHUT) {
  const place = "path" in asked ? asked.path.slice(0, 20) : `${asked.host}`;
  Deno.test(`a ${asked.kind} gate to ${place.replace(root, "")} says: ${why}`, async () => {
    assertEquals(await check(asked, never), { open: false, why });
  });
}

Deno.test("localhost is every loopback address, for a tcp gate of that name and for http", async () => {
  await using server = answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "::1");
  const { port } = server;
  assertEquals(await check({ kind: "tcp", host: "localhost", port }, never), { open: true });
  assertEquals(await check({ kind: "http", port, path: "/" }, never), { open: true });
  assertEquals((await check({ kind: "tcp", host: "127.0.0.1", port }, never)).open, false);
});

Deno.test({
  name: "a tcp gate to a name that is not known says so each time",
  // Deno loses one, the first time.
  sanitizeResources: false,
  fn: async () => {
    const asked: Check = { kind: "tcp", host: "no-such-name.invalid", port: 1 };
    const before = await check(asked, never);
    const again = await check(asked, never);
    const unknown = { open: false, why: "the name is not known" };
    assertEquals([before, again], [unknown, unknown]);
  },
});

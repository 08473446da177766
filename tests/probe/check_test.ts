import { assertEquals } from "@std/assert";
import { check, follow } from "../../lib/probe/check.ts";

const never = new AbortController().signal;

Deno.test("a tcp gate opens when somebody listens", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  assertEquals(await check({ kind: "tcp", host: "127.0.0.1", port }, never), true);
  listener.close();
  assertEquals(await check({ kind: "tcp", host: "127.0.0.1", port }, never), false);
});

Deno.test("a tcp gate knows IPv6", async () => {
  const listener = Deno.listen({ hostname: "::1", port: 0 });
  assertEquals(await check({ kind: "tcp", host: "::1", port: listener.addr.port }, never), true);
  listener.close();
});

Deno.test("a file gate opens when the file is there", async () => {
  const path = await Deno.makeTempFile();
  assertEquals(await check({ kind: "file", path }, never), true);
  await Deno.remove(path);
  assertEquals(await check({ kind: "file", path }, never), false);
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
    assertEquals(await check({ kind: "http", port, path: "/ready" }, never), open);
  });
}

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
    const open = await check(gate, new AbortController().signal);
    console.log(open, Deno.env.get("HTTP_PROXY"));`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", script],
    env: { HTTP_PROXY: "http://127.0.0.1:1" },
  }).output();
  assertEquals(new TextDecoder().decode(stdout), "true http://127.0.0.1:1\n");
  assertEquals(asked, ["/ready"]);
});

Deno.test("a gate that opens and shuts is told each time, and not in between", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/ready`;
  const done = new AbortController();
  const told: boolean[] = [];
  let next = Promise.withResolvers<void>();
  const following = follow({ kind: "file", path }, (open) => {
    told.push(open);
    next.resolve();
  }, done.signal);
  await Deno.writeTextFile(path, "");
  await next.promise;
  next = Promise.withResolvers();
  await Deno.remove(path);
  await next.promise;
  done.abort();
  await following;
  assertEquals(told, [true, false]);
  await Deno.remove(folder);
});

import { assertEquals, assertRejects } from "@std/assert";
import { readLines } from "../../lib/kubernetes/lines.ts";

function streamOf(chunks: readonly Uint8Array<ArrayBuffer>[]) {
  const left = chunks.filter(({ length }) => length > 0);
  return new ReadableStream({
    type: "bytes",
    pull(controller) {
      const chunk = left.shift();
      if (chunk !== undefined) return controller.enqueue(chunk.slice());
      controller.close();
      controller.byobRequest?.respond(0);
    },
  });
}

async function linesOf(
  chunks: readonly Uint8Array<ArrayBuffer>[],
  maxLineBytes?: number,
): Promise<string[]> {
  const options = maxLineBytes === undefined ? {} : { maxLineBytes };
  return await Array.fromAsync(readLines(streamOf(chunks), options));
}

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("wherever a stream is split, its lines are the same", async () => {
  const text = bytes("zwölf Bäume\n\n日本語\n😀\n");
  for (let at = 0; at <= text.length; at++) {
    assertEquals(
      await linesOf([text.slice(0, at), text.slice(at)]),
      ["zwölf Bäume", "日本語", "😀"],
    );
  }
  assertEquals(
    await linesOf([...text].map((byte) => Uint8Array.of(byte))),
    ["zwölf Bäume", "日本語", "😀"],
  );
});

Deno.test("a last line without its end is left out", async () => {
  assertEquals(await linesOf([bytes("whole\nhal")]), ["whole"]);
});

Deno.test("a line over the limit breaks the stream before it fills the memory", async () => {
  assertEquals(await linesOf([bytes("1234\n5678\n")], 4), ["1234", "5678"]);
  await assertRejects(() => linesOf([bytes("123"), bytes("45")], 4), RangeError, "4 bytes");
});

Deno.test("a line of four megabytes is still read", async () => {
  const megabyte = new Uint8Array(1024 * 1024).fill(65);
  const lines = await linesOf([...Array<typeof megabyte>(4).fill(megabyte), bytes("\n")]);
  assertEquals(lines.map((line) => line.length), [4 * 1024 * 1024]);
  await assertRejects(() => linesOf([...Array<typeof megabyte>(4).fill(megabyte), bytes("A\n")]));
});

Deno.test("a stream of nothing but empty lines is a broken one", async () => {
  await assertRejects(() => linesOf([bytes("\n".repeat(1001))]), RangeError, "1000 empty lines");
});

Deno.test("lines without end leave the event loop its turns", async () => {
  const chunk = bytes("{}\n".repeat(20_000));
  let ended = false;
  const endless = new ReadableStream({
    type: "bytes",
    pull: (controller) => controller.enqueue(chunk.slice()),
    cancel: () => void (ended = true),
  });
  const abort = new AbortController();
  setTimeout(() => abort.abort(), 0);
  for await (const line of readLines(endless, { signal: abort.signal })) assertEquals(line, "{}");
  assertEquals(ended, true);
});

Deno.test("reading ends when it is told to, though the stream says nothing", async () => {
  const abort = new AbortController();
  let cancelled = false;
  const silent = new ReadableStream({
    type: "bytes",
    cancel() {
      cancelled = true;
    },
  });
  const reading = Array.fromAsync(readLines(silent, { signal: abort.signal }));
  abort.abort();
  assertEquals(await reading, []);
  assertEquals(cancelled, true);
});

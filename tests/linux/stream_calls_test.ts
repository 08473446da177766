import { assert, assertEquals } from "@std/assert";
import { close } from "../../lib/linux/file_calls.ts";
import {
  openStream,
  passedOn,
  polled,
  reopened,
  type WriteSome,
} from "../../lib/linux/stream_calls.ts";
import { systemCall } from "../../lib/linux/system_calls.ts";

// What tells an errno is opened when it is first asked for, which a test would take for its own.
openStream(9_999);

const PIPE_BUF = 4096;
const F_GETFL = 3;
const O_NONBLOCK = 0o4000;

/** A pipe that blocks, as a container's stderr does. */
function openPipe(): { readonly from: number; readonly to: number } & Disposable {
  const ends = new Int32Array(2);
  assertEquals(systemCall("pipe2", ends, 0), 0);
  const [from = -1, to = -1] = ends;
  return {
    from,
    to,
    [Symbol.dispose]() {
      close(from);
      close(to);
    },
  };
}

function read(from: number, most: number): string {
  const bytes = new Uint8Array(most);
  return new TextDecoder().decode(bytes.subarray(0, systemCall("read", from, bytes, most)));
}

const ways: readonly (readonly [
  name: string,
  open: (file: number) => WriteSome | undefined,
])[] = [
  ["opened anew", reopened],
  ["passed on by reference", passedOn],
  ["looked at first", polled],
  ["found out", openStream],
];

for (const [name, open] of ways) {
  Deno.test(`a full pipe (${name}) takes nothing, makes nobody wait, and blocks for others as before`, () => {
    using pipe = openPipe();
    const write = open(pipe.to);
    assert(write !== undefined);
    let written = "";
    for (let count = 0; count < 50_000; count++) {
      const line = `line ${count}\n`;
      const length = write(new TextEncoder().encode(line));
      if (length === 0) break;
      assertEquals(length, line.length, "a short line is written as a whole");
      written += line;
    }
    assert(written.length >= 16, "nothing fits into an empty pipe");
    assertEquals(write(new Uint8Array(PIPE_BUF)), 0);
    assertEquals(systemCall("fcntl", pipe.to, F_GETFL) & O_NONBLOCK, 0);
    let text = "";
    while (text.length < written.length) text += read(pipe.from, 65_536);
    assertEquals(text, written);
    assertEquals(write(new TextEncoder().encode("again\n")), 6);
    assertEquals(read(pipe.from, 100), "again\n");
  });

  Deno.test(`of a line longer than a pipe takes at once (${name}) what fits is written`, () => {
    using pipe = openPipe();
    const write = open(pipe.to);
    assert(write !== undefined);
    const long = new Uint8Array(100_000).fill(65);
    let length = 0;
    for (let part; (part = write(long.subarray(length))) > 0;) length += part;
    assert(length >= PIPE_BUF && length < long.length, `${length}`);
  });
}

Deno.test("a file that is not open takes everything, for nobody", () => {
  assertEquals(openStream(9_999)(new Uint8Array(7)), 7);
});

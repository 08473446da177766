import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { createLineQueue } from "../lib/line_queue.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const gap = (dropped: number) => encode(`(${dropped})\n`);

/** A reader that has room for so many bytes, until it is given more. */
function createReader(room: number) {
  let text = "";
  return {
    give: (more: number) => void (room += more),
    write: (bytes: Uint8Array) => {
      const length = Math.min(room, bytes.length);
      room -= length;
      text += new TextDecoder().decode(bytes.subarray(0, length));
      return length;
    },
    read: () => text,
  };
}

Deno.test("a line that fits is written at once", () => {
  const reader = createReader(100);
  const queue = createLineQueue(reader.write, gap);
  assertEquals([queue.push(encode("one\n")), reader.read()], [true, "one\n"]);
});

Deno.test("what does not fit follows when there is room, from where it was cut", () => {
  const reader = createReader(2);
  const queue = createLineQueue(reader.write, gap);
  assertEquals([queue.push(encode("one\n")), queue.push(encode("two\n"))], [false, false]);
  assertEquals([reader.read(), queue.drain()], ["on", false]);
  reader.give(100);
  assertEquals([queue.drain(), reader.read()], [true, "one\ntwo\n"]);
});

Deno.test("what is more than a pipe holds is dropped, and told in its place", () => {
  const reader = createReader(0);
  const queue = createLineQueue(reader.write, gap);
  const line = encode(`${"x".repeat(999)}\n`);
  for (let count = 0; count < 100; count++) queue.push(line);
  reader.give(Infinity);
  queue.push(encode("after\n"));
  assertEquals(reader.read().replaceAll(/x+\n/g, "x"), `${"x".repeat(65)}(35)\nafter\n`);
});

Deno.test("of lines that come while a gap is yet to be told none overtakes it", () => {
  const reader = createReader(0);
  const queue = createLineQueue(reader.write, gap);
  for (let count = 0; count < 3; count++) queue.push(encode(`${"x".repeat(40_000)}\n`));
  queue.push(encode("short\n"));
  reader.give(40_001);
  queue.push(encode("later\n"));
  reader.give(Infinity);
  queue.drain();
  assertEquals(reader.read().replaceAll(/x+/g, "x"), "x\n(3)\nlater\n");
});

Deno.test("whatever the reader does, each line is there once or counted, in order, and little is kept", () => {
  const steps = fc.array(fc.oneof(
    fc.record({ length: fc.integer({ min: 10, max: 70_000 }) }),
    fc.record({ give: fc.integer({ min: 1, max: 100_000 }) }),
  ));
  fc.assert(fc.property(steps, (happened) => {
    const reader = createReader(0);
    const queue = createLineQueue(reader.write, gap);
    let pushed = 0;
    let all = 0;
    for (const step of happened) {
      if ("give" in step) {
        reader.give(step.give);
        queue.drain();
      } else {
        const name = `${pushed++}:`;
        queue.push(encode(`${name}${"x".repeat(step.length - name.length)}\n`));
        all += step.length + 1;
      }
    }
    const before = reader.read().length;
    reader.give(Infinity);
    queue.drain();
    assert(reader.read().length - before <= Math.max(65_536, 70_001) + 100, `${all}`);
    let next = 0;
    for (const line of reader.read().split("\n")) {
      const dropped = /^\((\d+)\)$/.exec(line)?.[1];
      if (dropped !== undefined) next += Number(dropped);
      else if (line !== "") assertEquals(Number(line.split(":")[0]), next++);
    }
    assertEquals(next, pushed);
  }));
});

import { assertEquals } from "@std/assert";
import { findCompilerFlags } from "../../tools/seal/compiler_flags.ts";
import { Elf } from "../../tools/seal/elf.ts";

/** A program of two segments, one that is only read and one that is written. */
function program(read: string, written = ""): Elf {
  const parts = [read, written].map((text) => new TextEncoder().encode(text));
  const bytes = new Uint8Array(0x1000 + 0x1000 * parts.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1]);
  view.setBigUint64(32, 64n, true);
  view.setUint16(56, parts.length, true);
  for (const [index, part] of parts.entries()) {
    const [at, offset] = [64 + index * 56, 0x1000 * (index + 1)];
    view.setUint32(at, 1, true);
    view.setUint32(at + 4, index === 0 ? 4 : 6, true);
    for (
      const [place, value] of [[8, offset], [16, 0x400000 + offset], [32, part.length]] as const
    ) {
      view.setBigUint64(at + place, BigInt(value), true);
    }
    bytes.set(part, offset);
  }
  return new Elf(bytes);
}

Deno.test("the names of both flags are found by their addresses", () => {
  assertEquals(findCompilerFlags(program("a\0testing_bool_flag\0wasm_jitless\0jitless\0next")), {
    jitless: 0x401021,
    idle: 0x401002,
  });
});

Deno.test("a copy of the word in a table, or in memory that is written, is none", () => {
  const pool = "a\0testing_bool_flag\0jitless\0b\0";
  assertEquals(
    findCompilerFlags(program(`${pool}\0jitless\0\0\0`, "\0jitless\0c"))?.jitless,
    0x401014,
  );
});

Deno.test("where a name is missing, or there twice, nothing is told to the loader", () => {
  assertEquals(findCompilerFlags(program("a\0jitless\0b")), undefined);
  assertEquals(findCompilerFlags(program("a\0testing_bool_flag\0b")), undefined);
  assertEquals(
    findCompilerFlags(program("a\0testing_bool_flag\0jitless\0b\0jitless\0c")),
    undefined,
  );
});

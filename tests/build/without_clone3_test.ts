import { assertEquals, assertThrows } from "@std/assert";
import { withoutClone3 } from "../../tools/seal/without_clone3.ts";

const CALL = [0xb8, 0xb3, 0x01, 0x00, 0x00, 0x0f, 0x05];
const OTHER = [0xb8, 0xb4, 0x01, 0x00, 0x00, 0x0f, 0x05];

Deno.test("the one call of clone3 becomes the answer that there is none, and nothing else changes", () => {
  const changed = withoutClone3(Uint8Array.from([1, 0xb8, ...CALL, ...OTHER, 2]));
  const answer = [0x48, 0xc7, 0xc0, 0xda, 0xff, 0xff, 0xff];
  assertEquals([...changed], [1, 0xb8, ...answer, ...OTHER, 2]);
});

Deno.test("a library that does not call clone3 stays as it is", () => {
  assertEquals([...withoutClone3(Uint8Array.from(OTHER))], OTHER);
});

Deno.test("a library that calls clone3 twice is not understood", () => {
  assertThrows(() => withoutClone3(Uint8Array.from([...CALL, ...CALL])), Error, "more places");
});

// JSR is not reached everywhere; deno-std republishes the same files on npm, as JavaScript only.
// Back to JSR: map "@std/assert" to "jsr:@std/assert@1" in deno.json (docs/decisions/0002).
// @ts-types="./std_assert.d.ts"
export {
  assert,
  assertEquals,
  assertExists,
  assertMatch,
  assertNotEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
  fail,
} from "npm:deno-std@1.4.0/assert/mod.js";

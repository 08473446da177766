import { assertEquals } from "@std/assert";
import { glyphOf } from "../../lib/simulate/glyph.ts";

Deno.test("numbers as characters are told apart in any row, beyond two bytes too", () => {
  const numbers = [0, 0xd800 - 257, 0xd800 - 256, 0xd83d, 0xdc00, 0xde00, 0x1_0000, 0x1_f600];
  const rows = numbers.flatMap((one) => numbers.map((other) => [one, other]));
  const texts = rows.map((row) => row.map(glyphOf).join(""));
  assertEquals(new Set(texts).size, rows.length);
  for (const text of texts) assertEquals([...text].length, 2);
});

import { assertEquals, assertThrows } from "@std/assert";
import { versionOfRuntime } from "../../tools/compile/deno_command.ts";

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`\x7fELF\0${text}\0`);
}

Deno.test("a runtime says of which Deno it is, and koordinator is built with that one", () => {
  const rows = [["Deno/2.6.8"], ["Deno/0.80.0 Deno/2.9.6"], ["x Deno/2.6.10+8871ade"]];
  assertEquals(rows.map(([text = ""]) => versionOfRuntime(bytes(text))), [
    "2.6.8",
    "2.9.6",
    "2.6.10",
  ]);
});

Deno.test("what is no runtime, or one that was never sealed, is refused with the reason", () => {
  assertThrows(() => versionOfRuntime(bytes("node v20")), Error, "no runtime of Deno");
  assertThrows(() => versionOfRuntime(bytes("Deno/2.5.6")), Error, "2.6.8 to 2.9");
  assertThrows(() => versionOfRuntime(bytes("Deno/3.0.0")), Error, "2.6.8 to 2.9");
});

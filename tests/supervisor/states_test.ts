import { assertEquals } from "@std/assert";
import { explore } from "./exploration.ts";
import { ARROWS, LISTED } from "./transitions.ts";

Deno.test("the table and the diagram of states in the docs are what the program does", () => {
  const found = explore();
  assertEquals([...found].sort(), [...LISTED].sort());
  const phases = new Set([...found].map((row) => row.replace(/ \w+ /, " ")));
  assertEquals([...ARROWS].sort(), [...phases].sort());
});

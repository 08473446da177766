import { assert, assertEquals } from "@std/assert";
import { uniform } from "../lib/random.ts";
import { filesBelow } from "./support/files_below.ts";

Deno.test("uniform() is in [0, 1) and fills it evenly", () => {
  const drawn = Array.from({ length: 10_000 }, uniform);
  assert(drawn.every((number) => number >= 0 && number < 1));
  for (let tenth = 0; tenth < 10; tenth++) {
    const count = drawn.filter((number) => Math.floor(number * 10) === tenth).length;
    assert(count > 700 && count < 1300, `${count} in tenth ${tenth}`);
  }
});

Deno.test("nothing that is in the executable draws from Math.random, whose numbers are the same at every start", () => {
  const found = [...filesBelow(new URL("../lib/", import.meta.url))]
    .filter((file) => /Math\.random\b(?! is)/.test(Deno.readTextFileSync(file)));
  assertEquals(found, []);
});

import { assert, assertEquals } from "@std/assert";
import { uniform } from "../lib/random.ts";

Deno.test("uniform() is in [0, 1) and fills it evenly", () => {
  const drawn = Array.from({ length: 10_000 }, uniform);
  assert(drawn.every((number) => number >= 0 && number < 1));
  for (let tenth = 0; tenth < 10; tenth++) {
    const count = drawn.filter((number) => Math.floor(number * 10) === tenth).length;
    assert(count > 700 && count < 1300, `${count} in tenth ${tenth}`);
  }
});

Deno.test("nothing that is in the executable draws from Math.random, whose numbers are the same at every start", async () => {
  const folders = [new URL("../lib/", import.meta.url)];
  const found: string[] = [];
  for (let folder; (folder = folders.pop()) !== undefined;) {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      const path = new URL(isDirectory ? `${name}/` : name, folder);
      if (isDirectory) folders.push(path);
      else if (/Math\.random\b(?! is)/.test(await Deno.readTextFile(path))) found.push(name);
    }
  }
  assertEquals(found, []);
});

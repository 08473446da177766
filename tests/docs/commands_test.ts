import { assertEquals, assertStringIncludes } from "@std/assert";
import { CALLS } from "../../lib/cli/calls.ts";

const read = (path: string) => Deno.readTextFile(new URL(`../../${path}`, import.meta.url));

Deno.test("the reference has every call of koordinator, in the order of its help", async () => {
  const reference = await read("docs/reference/commands.md");
  const calls = [...reference.matchAll(/^\| `koordinator (.*?)` +\| /gm)]
    .map(([, words = ""]) => words.replaceAll("\\|", "|"));
  assertEquals(calls, CALLS.map(({ words }) => words));
});

Deno.test("every subcommand of main.ts is a call of the help, and the other way round", async () => {
  const main = await read("main.ts");
  const words = [...main.matchAll(/^ {2}(\w+): async \(\) => /gm)].map(([, word = ""]) => word);
  const called = CALLS.map(({ words }) => words.split(" ")[0] ?? "").filter((word) =>
    /^\w+$/.test(word)
  );
  assertEquals(words.toSorted(), called.toSorted());
});

Deno.test("the README leads to the reference of the calls, and names none that is not there", async () => {
  const readme = await read("README.md");
  const named = [...readme.matchAll(/`koordinator (\w+)/g)].map(([, word = ""]) => word);
  const known = CALLS.map(({ words }) => words.split(" ")[0] ?? "");
  assertEquals(named.filter((word) => !known.includes(word)), []);
});

Deno.test("the pages on check, simulate and graph begin with how koordinator is called", async () => {
  for (const word of ["check", "simulate", "graph"]) {
    const [, first = ""] = (await read(`docs/how-to/${word}.md`)).split("\n\n");
    assertStringIncludes(first, "`npx -y deno@2.6.8 run -A main.ts` in a checkout");
    assertStringIncludes(first, "`dist/koordinator` after");
  }
});

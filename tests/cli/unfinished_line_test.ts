import { assertEquals } from "@std/assert";
import { mayBeUnfinished } from "../../lib/unfinished_line.ts";
import { startKoordinator } from "../support/koordinator.ts";
import { executable, output } from "../support/executable.ts";

for (
  const [what, content, unfinished] of [
    ["an empty file", "", false],
    ["a file that ends with its line", "a\nb\n", false],
    ["a file that ends in a line", "a\nb", true],
  ] as const
) {
  Deno.test(`${what} ${unfinished ? "needs" : "needs no"} new line`, async () => {
    const file = await Deno.makeTempFile();
    await Deno.writeTextFile(file, content);
    assertEquals(mayBeUnfinished(file), unfinished);
    await Deno.remove(file);
  });
}

Deno.test("what goes nowhere needs no new line", () => {
  assertEquals(mayBeUnfinished("/dev/null"), Deno.stderr.isTerminal());
});

const ENV = { KOORDINATOR_SPEC: '{"stopDelay":"1ms"}', KOORDINATOR_LOG_FORMAT: "text" };
const OURS = /^\S+ koordinator (info|warning): the command has ended/;

Deno.test("the line about the command's end begins on a line of its own, whatever the command left", async () => {
  await using run = startKoordinator(["sh", "-c", "printf 'fatal: x' >&2; exit 3"], ENV);
  assertEquals((await run.status).code, 3);
  const [first = "", second = ""] = run.output().stderr.split("\n");
  assertEquals([first, OURS.test(second)], ["fatal: x", true]);
});

Deno.test("in a file there is no empty line where none is needed", async () => {
  const file = await Deno.makeTempFile();
  const script = 'exec "$1" sh -c "echo done >&2" 2> "$2"';
  await output("sh", ["-c", script, "sh", await executable(), file], ENV);
  const [first = "", second = ""] = (await Deno.readTextFile(file)).split("\n");
  assertEquals([first, OURS.test(second)], ["done", true]);
  await Deno.remove(file);
});

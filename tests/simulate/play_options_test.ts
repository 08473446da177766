import { assertEquals } from "@std/assert";
import { KoordinatorError } from "../../lib/errors.ts";
import { seconds } from "../../lib/spec/duration.ts";
import { type CommandFlags, parseOptions } from "../../lib/simulate/options.ts";
import { words } from "../../lib/simulate/words.ts";

const WRONG: readonly (readonly [args: string, says: string])[] = [
  ["", "no file given"],
  ["a.yaml b.yaml", "one file at a time"],
  ["a.yaml --relay", "--relay is no option"],
  ["a.yaml -x", "-x is no option"],
  ["a.yaml --ready", "--ready needs a value"],
  ["a.yaml --ready proxy", "--ready proxy"],
  ["a.yaml --ready proxy=soon", "--ready soon"],
  ["a.yaml --ready proxy=1s --ready proxy=2s", "--ready proxy stands there twice"],
  ["a.yaml --ends main=256", "--ends 256"],
  ["a.yaml --ends main=0@", "--ends 0@"],
  ["a.yaml --ends main=0@x", "--ends x"],
  ["a.yaml --ends main=x", "--ends x"],
  ["a.yaml --ends main=0 --fail main=1", "--ends and --fail both say how main ends"],
  ["a.yaml --fail main=-1", "--fail -1"],
  ["a.yaml --slow proxy=1", "--slow 1"],
  ["a.yaml --api-outage 5s", "--api-outage 5s"],
  ["a.yaml --api-outage 15s..5s", "--api-outage 15s..5s"],
  ["a.yaml --seed x", "--seed x"],
  ["a.yaml --seed -1", "--seed -1"],
  ["a.yaml --delete-after later", "--delete-after later"],
  ["a.yaml --delete-after 1s --delete-after 2s", "--delete-after stands there 2 times"],
  ["a.yaml --output png", "--output png"],
  ["a.yaml --real=yes", "--real takes no value"],
  ["a.yaml --real --seed 1", "--seed is for virtual time"],
  ["a.yaml --with main=true", "--with is for --real"],
  ["a.yaml --real --with main=", "--with main: there is no command"],
  ["a.yaml --real --with main='x", "--with main: a quote is not closed"],
  ["a.yaml --real --port 9090=0", "--port 9090=0"],
  ["a.yaml --real --port 99999", "--port 99999"],
  ["a.yaml --real --port 99999=9090", "--port 99999=9090"],
];

Deno.test("each wrong call of simulate is told, and ends with exit code 2", () => {
  for (const [args, says] of WRONG) {
    let told: unknown;
    try {
      parseOptions(args === "" ? [] : args.split(" "));
    } catch (error) {
      told = error;
    }
    const { message, exitCode } = told instanceof KoordinatorError
      ? told
      : { message: `${told}`, exitCode: -1 };
    assertEquals([message.includes(says), exitCode], [true, 125], `${args}: ${message}`);
  }
});

Deno.test("an option that is nearly right is told which one was meant", () => {
  try {
    parseOptions(["a.yaml", "--redy", "x=1s"]);
  } catch (error) {
    assertEquals(error instanceof KoordinatorError && error.hint, "did you mean --ready?");
  }
});

Deno.test("what is said of commands is read, with = and without", () => {
  const { mode, file, without } = parseOptions([
    ...["--ready=proxy=3s", "--ends", "main=0@10s", "--slow", "proxy=never", "--seed", "7"],
    ...["--api-outage", "5s..15s", "--without", "--", "-.yaml"],
  ]);
  assertEquals([file, without], ["-.yaml", true]);
  assertEquals(mode, {
    kind: "virtual",
    commands: new Map<string, CommandFlags>([
      ["proxy", { ready: seconds(3), slow: "never", ends: undefined }],
      ["main", { ready: undefined, slow: undefined, ends: { code: 0, after: seconds(10) } }],
    ]),
    outages: [{ from: seconds(5), to: seconds(15) }],
    seed: 7,
  });
});

Deno.test("a stand-in is split into words as a shell splits them", () => {
  assertEquals(words("sh -c 'sleep 5; echo \"a b\"'"), ["sh", "-c", 'sleep 5; echo "a b"']);
  assertEquals(words(String.raw`a "b \" \n c" d\ e '' 'it'\''s'`), [
    ...["a", String.raw`b " \n c`, "d e", "", "it's"],
  ]);
  assertEquals(words("  "), []);
  assertEquals(words("a 'b"), undefined);
});

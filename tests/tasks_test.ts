// What `deno task test` leaves out is what another step of .ci/run runs; and what it plays when.
import { assert, assertEquals } from "@std/assert";
import { filesBelow } from "./support/files_below.ts";

const ROOT = new URL("../", import.meta.url);
const read = (path: string) => Deno.readTextFileSync(new URL(path, ROOT));

const { tasks }: { readonly tasks: Readonly<Record<string, string>> } = JSON.parse(
  read("deno.json"),
);
/** `deno task e2e` runs what its tool says. */
const OF_E2E = ["tests/cluster", "tests/chaos"];

/** What a call of `deno test` is given, and what it is told to ignore. */
interface Call {
  readonly given: readonly string[];
  readonly ignored: readonly string[];
}

/** The calls of `deno test` in a task. */
function callsOf(command: string): readonly Call[] {
  return command.split("&&").filter((call) => /\bdeno test\b/.test(call)).map((call) => ({
    given: call.split(/\s+/).filter((word) => word.startsWith("tests")),
    ignored: [...call.matchAll(/--ignore=(\S+)/g)].flatMap(([, list = ""]) => list.split(",")),
  }));
}

const isBelow = (file: string, path: string) =>
  file === path || file.startsWith(`${path.replace(/\/$/, "")}/`);

const playsFile = ({ given, ignored }: Call, file: string) =>
  given.some((path) => isBelow(file, path)) && !ignored.some((path) => isBelow(file, path));

/** The tests, by their paths in the repository. */
const ALL = [...filesBelow(new URL("tests/", ROOT))]
  .map(({ href }) => href.slice(ROOT.href.length))
  .filter((file) => file.endsWith("_test.ts"));
const CI = read(".ci/run");
const ofTest = callsOf(tasks["test"] ?? "");

/** The other tasks that are steps of .ci/run, but for what tries in another way what `test` tries. */
const steps = Object.entries(tasks).filter(([name]) =>
  !["test", "sources"].includes(name) && new RegExp(`\\$deno_task ${name}\\b`).test(CI)
);

Deno.test("the test task plays a file once, and what it leaves out is another step's", () => {
  assert(ALL.length > 150);
  for (const file of ALL) {
    const plays = ofTest.filter((call) => playsFile(call, file)).length;
    assert(plays <= 1, `${file} is played twice`);
    const others = steps.filter(([name, command]) =>
      callsOf(command).some((call) => playsFile(call, file)) ||
      name === "e2e" && OF_E2E.some((folder) => isBelow(file, folder))
    ).map(([name]) => name);
    if (plays === 0) assertEquals(others.length, 1, `${file} is played by ${others.join(" and ")}`);
  }
});

Deno.test("what tries some of its cases in the test task tries all of them in the task whole", async () => {
  const [call] = callsOf(tasks["whole"] ?? "");
  assert(call !== undefined && steps.some(([name]) => name === "whole"));
  const asks = async (file: string) =>
    /support\/whole\.ts"|\bcasesIn,/.test(await Deno.readTextFile(new URL(file, ROOT)));
  const asking = await Promise.all(ALL.map(async (file) => await asks(file) ? [file] : []));
  assertEquals(asking.flat().toSorted(), call.given.toSorted());
});

Deno.test("each name that the test task ignores is there", () => {
  const ignored = ofTest.flatMap((call) => call.ignored);
  assert(ignored.length > 10);
  for (const path of ignored) assert(Deno.statSync(new URL(path, ROOT)), path);
});

Deno.test("while the executable is made the test task plays only what does without it, and the test that makes it", async () => {
  const [, first, then] = ofTest;
  assert(first !== undefined && then !== undefined);
  const wanting = await Promise.all(
    ALL.filter((file) => playsFile(first, file)).map(async (file) =>
      await wantsExecutable(file) ? [file] : []
    ),
  );
  assertEquals(wanting.flat(), ["tests/build/executable_test.ts"]);
});

/** Whether a file, or one of tests/ that it imports, asks for the executable. */
async function wantsExecutable(file: string, seen = new Set<string>()): Promise<boolean> {
  if (seen.has(file)) return false;
  seen.add(file);
  if (file === "tests/support/executable.ts") return false;
  const text = await Deno.readTextFile(new URL(file, ROOT));
  if (/\bawait executable\(\)/.test(text)) return true;
  for (const [, path = ""] of text.matchAll(/\bfrom "(\.[^"]+)"/g)) {
    const imported = new URL(path, new URL(file, ROOT)).href.slice(ROOT.href.length);
    if (imported.startsWith("tests/") && await wantsExecutable(imported, seen)) return true;
  }
  return false;
}

/** Whether `deno task e2e` with these arguments plays a file. */
function plays(args: readonly string[], file: string): boolean {
  return args.some((arg) => arg === file || file.startsWith(`${arg}/`)) &&
    !args.includes(`--ignore=${file}`);
}

Deno.test("the continuous integration plays each end-to-end test once on the folder's cluster", () => {
  const steps = [...CI.matchAll(/"\$on_folder ([^"]*)"/g)].map(([, args = ""]) => args.split(" "));
  for (const folder of OF_E2E) {
    const files = [...Deno.readDirSync(new URL(folder, ROOT))].map(({ name }) => name)
      .filter((name) => name.endsWith("_test.ts"));
    assert(files.length > 0);
    for (const file of files.map((name) => `${folder}/${name}`)) {
      assertEquals(steps.filter((args) => plays(args, file)).length, 1, file);
    }
  }
});

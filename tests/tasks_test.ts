// What `deno task test` leaves out is what another step of .ci/run runs.
import { assert, assertEquals } from "@std/assert";

const ROOT = new URL("../", import.meta.url);
const read = (path: string) => Deno.readTextFileSync(new URL(path, ROOT));

const { tasks }: { readonly tasks: Readonly<Record<string, string>> } = JSON.parse(
  read("deno.json"),
);
/** `deno task e2e` runs what its tool says. */
const OF_E2E = ["tests/cluster", "tests/chaos"];

const leftOut = [...(tasks["test"] ?? "").matchAll(/--ignore=(\S+)/g)]
  .flatMap(([, list = ""]) => list.split(","));

/** The tasks that are steps of .ci/run, and `test` itself. */
const CI = read(".ci/run");
const called = Object.entries(tasks).filter(([name]) =>
  name === "test" || new RegExp(`\\$deno_task ${name}\\b`).test(CI)
);

Deno.test("what the test task leaves out is there, and each another step's", () => {
  assert(leftOut.length > 10);
  for (const path of leftOut) {
    assert(Deno.statSync(new URL(path, ROOT)), path);
    const steps = called.filter(([name, command]) =>
      command.replace(/--ignore=\S+/, "").split(/\s+/).some((word) =>
        word.replace(/\/$/, "") === path
      ) ||
      name === "e2e" && OF_E2E.includes(path)
    );
    assertEquals(steps.length, 1, `${path} is run by ${steps.map(([name]) => name).join(" and ")}`);
  }
});

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

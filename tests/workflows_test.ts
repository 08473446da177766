import { fileURLToPath } from "node:url";
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { evaluate } from "./e2e/stubs.ts";
import { isTooOld, lackOfGo, validateWorkflows } from "../tools/workflows.ts";

const CACHE = fileURLToPath(new URL("../.cache", import.meta.url));
const LACK = await lackOfGo();

const SOUND = `name: test
on: push
jobs:
  run:
    runs-on: ubuntu-24.04
    steps:
      - run: echo \${{ github.ref }}
`;

/** A fault, what it makes of a sound workflow, and how it is told. */
const FAULTS = [
  ["a key that there is not", SOUND.replace("runs-on", "run-on"), 'unexpected key "run-on"'],
  ["a runner that there is not", SOUND.replace("24.04", "23.04"), "ubuntu-23.04"],
  ["a value that there is not", SOUND.replace("github.ref", "github.reff"), "github.reff"],
] as const;

async function validate(workflow: string) {
  const file = await Deno.makeTempFile({ suffix: ".yml" });
  try {
    await Deno.writeTextFile(file, workflow);
    return await validateWorkflows([file], CACHE);
  } finally {
    await Deno.remove(file);
  }
}

function workflowTest(name: string, fn: () => Promise<void>): void {
  Deno.test({
    name: LACK === undefined ? name : `${name} (skipped: ${LACK})`,
    ignore: LACK !== undefined,
    fn,
  });
}

workflowTest("a sound workflow passes", async () => {
  assertEquals(await validate(SOUND), { faults: "" });
});

for (const [name, workflow, told] of FAULTS) {
  workflowTest(`a workflow with ${name} does not pass`, async () => {
    assertStringIncludes((await validate(workflow)).faults, told);
  });
}

Deno.test("without Go it is said that the workflows were not validated", async () => {
  const { value } = await evaluate(
    "tools/workflows.ts",
    'subject.validateWorkflows(["/none"], "/nowhere/at/all").then(({ skipped }) => skipped)',
  );
  assertMatch(String(value), /no "go" on the PATH/);
});

Deno.test("a Go that cannot fetch a newer one is too old", () => {
  for (const version of ["go1.19.8\n", "go1.20"]) assertMatch(isTooOld(version) ?? "", /too old/);
  for (const version of ["go1.21.0", "go1.26.8\n", "go2.0", "devel go1.27-abc"]) {
    assertEquals(isTooOld(version), undefined);
  }
});

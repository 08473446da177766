import { fileURLToPath } from "node:url";
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { onPath } from "../tools/e2e/output.ts";
import { evaluate } from "./e2e/stubs.ts";
import { validateWorkflows } from "../tools/workflows.ts";

const CACHE = fileURLToPath(new URL("../.cache", import.meta.url));
const HAS_GO = await onPath("go");

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
  Deno.test({ name: HAS_GO ? name : `${name} (skipped: no Go)`, ignore: !HAS_GO, fn });
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

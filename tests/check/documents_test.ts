import { assertEquals } from "@std/assert";
import { checkManifests } from "../../lib/check/check_manifests.ts";
import { textOutput } from "../../lib/check/text_output.ts";
import { verdictOf } from "../../lib/check/verdict.ts";
import { readManifest } from "../../lib/manifest/manifest.ts";
import type { SourceFile } from "../../lib/manifest/source_file.ts";
import { exploreWithoutFlags } from "./support/found.ts";
import { blocksOf, readPages } from "../docs/pages.ts";
import { someOf } from "../support/whole.ts";

const EXAMPLES = new URL("../../examples/", import.meta.url);

/** Those that hold no pod: rights, and the values of a chart. */
const WITHOUT_PODS = ["gitlab-runner.yaml", "rbac.yaml"];

/** What `check --strict` says of files that belong together, if they do not pass; and their pods. */
function strictly(
  files: readonly SourceFile[],
): { readonly faults: string; readonly pods: number } {
  const report = checkManifests(files.map(readManifest), exploreWithoutFlags);
  const passes = verdictOf(report, { strict: true }) === 0;
  return { faults: passes ? "" : textOutput(report, { colour: false }), pods: report.pods };
}

const names = [...Deno.readDirSync(EXAMPLES)].map(({ name }) => name)
  .filter((name) => name.endsWith(".yaml")).toSorted();

for (const name of someOf(names, 4)) {
  Deno.test(`examples/${name} passes check --strict, explored`, async () => {
    const text = await Deno.readTextFile(new URL(name, EXAMPLES));
    const { faults, pods } = strictly([{ name, text }]);
    assertEquals(faults, "");
    assertEquals(pods === 0, WITHOUT_PODS.includes(name));
  });
}

Deno.test("the manifests of each page pass check --strict, explored, with the rights that pages lead to", async () => {
  const name = "rbac.yaml";
  const rights = { name, text: await Deno.readTextFile(new URL(name, EXAMPLES)) };
  let pods = 0;
  for (const page of someOf(await readPages(), 4)) {
    // Half of these are wrong on purpose, and have a test of their own.
    if (page.path.startsWith("docs/reference/checks/")) continue;
    const files = blocksOf(page).filter(({ language }) => language === "yaml")
      .map(({ text, line }) => ({ name: `${page.path}:${line}`, text }));
    const verdict = strictly([rights, ...files]);
    assertEquals(verdict.faults, "");
    pods += verdict.pods;
  }
  assertEquals(pods > 0, true);
});

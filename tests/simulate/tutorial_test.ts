/** The tutorial's plays: what it prints of them is what is printed. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { readManifest } from "../../lib/manifest/manifest.ts";
import { parseOptions } from "../../lib/simulate/options.ts";
import { plain } from "../../lib/simulate/styled_text.ts";
import { showVirtually } from "../../lib/simulate/virtual_show.ts";
import { printedOf } from "../cluster/support/printed.ts";
import { readPages } from "../docs/pages.ts";

const PATH = "docs/tutorial/first-job.md";
const pages = await readPages();
const plays = pages.filter(({ path }) => path === PATH).flatMap(printedOf)
  .filter(({ commands }) => commands.includes(" simulate "));

for (const { commands, shown } of plays) {
  const words = commands.trim().split(" simulate ")[1]?.split(" ") ?? [];
  Deno.test(`the tutorial prints of simulate ${words.join(" ")} what is printed`, async () => {
    const { file: name, mode, ...options } = parseOptions(words);
    const text = await Deno.readTextFile(new URL(`../../${name}`, import.meta.url));
    const [workload] = readManifest({ name, text }).workloads;
    if (workload === undefined || mode.kind !== "virtual") throw new Error(`${name}: no play`);
    const printed = showVirtually(workload, options, mode)
      .flatMap(({ lines }) => lines.map((line) => plain(line).trimEnd()));
    assertEquals(shown.filter((line) => !printed.includes(line)), []);
  });
}

Deno.test("the tutorial plays its Job with koordinator, and without, where it never ends", () => {
  const [first, second, ...more] = plays;
  assertEquals(more, []);
  assertEquals(first?.shown.at(-1), "Job complete");
  assertStringIncludes(second?.commands ?? "", " --without");
  assertEquals(second?.shown.at(-1), "the Job never ends: server runs on");
});

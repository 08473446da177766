/** A page for each rule: its wrong manifest has exactly that finding, and its right one is clean. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { RULES } from "../../lib/check/finding.ts";
import type { Assumptions } from "../../lib/simulate/assumptions.ts";
import { blocksOf, prose, readPages } from "../docs/pages.ts";
import { found } from "./support/found.ts";
import { someOf } from "../support/whole.ts";

const FOLDER = "docs/reference/checks/";

/** What only an exploration finds, and what is to be said of commands for it. */
const EXPLORED: ReadonlyMap<string, Assumptions> = new Map([
  ["hang", new Map()],
  ["starts-early", new Map()],
  ["never-started", new Map()],
  ["killed", new Map()],
  ["wrong-job-result", new Map()],
  ["slow-deletion", new Map()],
]);

const pages = (await readPages()).filter(({ path }) => path.startsWith(FOLDER));
const ids = Object.keys(RULES);

Deno.test("every rule has a page, and every page a rule", () => {
  const named = pages.map(({ path }) => path.slice(FOLDER.length, -".md".length));
  assertEquals(named.toSorted(), ["README", ...ids].toSorted());
});

Deno.test("the table of the checks is that of the program", () => {
  const index = pages.find(({ path }) => path.endsWith("README.md"))?.text ?? "";
  const rows = [...index.matchAll(/^\| \[`([\w-]+)`\]\(\1\.md\) *\| (\w+) *\| (.*?) *\|$/gm)]
    .map(([, id, severity, finds]) => [id, severity, finds]);
  assertEquals(
    rows,
    Object.entries(RULES).map(([id, { severity, finds }]) => [id, severity, finds]),
  );
});

for (const [id, { severity, finds }] of someOf(Object.entries(RULES), 4)) {
  Deno.test(`the page on ${id} says what it finds, with an example that has it and one without`, () => {
    const page = pages.find(({ path }) => path === `${FOLDER}${id}.md`);
    assert(page !== undefined);
    const words = prose(page).replaceAll(/\s+/g, " ");
    assertStringIncludes(words, `# ${id} **${severity}** · ${finds}`);
    assertEquals([...words.matchAll(/## ([A-Z][^#.]*?) (?=#|[A-Z]|$)/g)].length >= 3, true);
    const [wrong, right] = blocksOf(page).filter(({ language }) => language === "yaml");
    const rulesOf = (text = "", assumptions?: Assumptions) =>
      new Set<string>(found(`${id}.md`, text, { assumptions }).map(({ rule }) => rule));
    const assumptions = EXPLORED.get(id);
    if (assumptions === undefined) assertEquals(rulesOf(wrong?.text), new Set([id]));
    else assert(rulesOf(wrong?.text, assumptions).has(id));
    assertEquals(rulesOf(right?.text, new Map()), new Set());
  });
}

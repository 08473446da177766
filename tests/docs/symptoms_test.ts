import { assert, assertEquals } from "@std/assert";
import { blocksOf, readPages, sourceText } from "./pages.ts";

const ROOT = new URL("../../", import.meta.url);
const INDEX = "docs/symptoms/README.md";

const symptoms = (await readPages()).filter(({ path }) =>
  path.startsWith("docs/symptoms/") && path !== INDEX
);

Deno.test("every page of a symptom says why, how to see it, and what to do", () => {
  const wanted = ["Why", "How to see it", "What to do"];
  for (const { path, text } of symptoms) {
    const headings = [...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
    assertEquals(headings, wanted, path);
  }
});

/** What stands for a name, a place, a time or a number in a line that is shown. */
const VALUE =
  /^(proxy|prxy|main|mian|migration|app|a|b|SIG[A-Z]+|\d[\w.]*|\/\S*|not-there|bin|usr|local|nor|tcp|from|ImagePullBackOff|until)$/;

/** Names that have words of the program in them. */
const NAMES = /cloud-sql-proxy|\$\.[\w.[\]]+/g;

Deno.test("every line of a log on a page is made of the program's own words, and of values", async () => {
  const code = (await sourceText()).replaceAll(/^ *(\/?\*|\/\/).*$/gm, "");
  const words = code.split(/["'`\n]|\\"|\$\{|\}/).map((part) => part.trim())
    .filter((part) => part.length >= 4).toSorted((one, other) => other.length - one.length);
  const foreign: string[] = [];
  for (const page of await readPages()) {
    for (const { language, text } of blocksOf(page)) {
      if (language !== "log") continue;
      for (const line of text.trim().split("\n")) {
        const left = words.reduce(
          (rest, part) => rest.replaceAll(part, " "),
          line.replaceAll(NAMES, " "),
        );
        const unknown = left.split(/->|[\s,;:()?"$]+/).filter((word) =>
          /\w/.test(word) && !VALUE.test(word)
        );
        if (unknown.length > 0) foreign.push(`${page.path}: ${line} (${unknown.join(" ")})`);
      }
    }
  }
  assertEquals(foreign, []);
});

Deno.test("the answer to every symptom, and the page of every task, is two clicks from the README", async () => {
  const pages = await readPages();
  const linksOf = (path: string) => {
    const text = pages.find((page) => page.path === path)?.text ?? "";
    return [...text.matchAll(/\]\(([^)\s#]+)[^)\s]*\)/g)].map(([, link = ""]) => link)
      .filter((link) => !/^[a-z]+:/.test(link))
      .map((link) => new URL(link, new URL(path, "file:///")).pathname.slice(1));
  };
  const first = linksOf("README.md");
  const near = new Set([...first, ...first.flatMap(linksOf)]);
  const wanted = pages.map(({ path }) => path)
    .filter((path) => /^docs\/(symptoms|how-to|tutorial)\//.test(path));
  assertEquals(wanted.filter((path) => !near.has(path)), []);
  const listed = linksOf(INDEX);
  assertEquals(symptoms.filter(({ path }) => !listed.includes(path)), []);
});

Deno.test("the lines that a page shows of a manifest are those of an example that it leads to", async () => {
  const strange: string[] = [];
  for (const page of await readPages()) {
    if (!/^docs\/(symptoms|how-to)\//.test(page.path)) continue;
    const shown = blocksOf(page).filter(({ language, text }) =>
      language === "yaml" && !text.includes("apiVersion:")
    );
    const examples = [...page.text.matchAll(/\]\(\.\.\/\.\.\/(examples\/[^)\s]+)\)/g)]
      .map(([, path = ""]) => Deno.readTextFileSync(new URL(path, ROOT)));
    const lines = new Set(examples.flatMap((text) => text.split("\n").map(bare)));
    const foreign = shown.flatMap(({ text }) => text.split("\n").map(bare))
      .filter((line) => line !== "" && !lines.has(line));
    strange.push(...foreign.map((line) => `${page.path}: ${line}`));
  }
  assertEquals(strange, []);
});

/** A line without its place in a list. */
function bare(line: string): string {
  return line.trim().replace(/^- /, "");
}

Deno.test("every exit code of koordinator's own has a page", async () => {
  const { ExitCode } = await import("../../lib/errors.ts");
  const paths = symptoms.map(({ path }) => path);
  for (const code of Object.values(ExitCode)) {
    assert(paths.includes(`docs/symptoms/exit-${code}.md`), `${code}`);
  }
});

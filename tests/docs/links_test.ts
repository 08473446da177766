import { assertEquals } from "@std/assert";
import { type Page, prose, readPages } from "./pages.ts";

const ROOT = new URL("../../", import.meta.url);

/** The anchor that a forge makes of a heading. */
function anchorOf(heading: string): string {
  return heading.toLowerCase().replaceAll(/[`*]|\[|\]\([^)]*\)/g, "").trim()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "").replaceAll(/\s/g, "-");
}

function anchorsOf(page: Page): ReadonlySet<string> {
  return new Set(
    [...prose(page).matchAll(/^#{1,6} (.*)$/gm)].map(([, heading = ""]) => anchorOf(heading)),
  );
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(new URL(path, ROOT)).then(() => true, () => false);
}

Deno.test("every link between pages leads somewhere", async () => {
  const pages = await readPages();
  const anchors = new Map(pages.map((page) => [page.path, anchorsOf(page)]));
  const broken: string[] = [];
  for (const page of pages) {
    for (const [, link = ""] of prose(page).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(link)) continue;
      const url = new URL(link, new URL(page.path, "file:///"));
      const path = decodeURIComponent(url.pathname.slice(1));
      const anchor = decodeURIComponent(url.hash.slice(1));
      const found = path === page.path || await exists(path);
      if (!found || anchor !== "" && anchors.get(path)?.has(anchor) !== true) {
        broken.push(`${page.path}: ${link}`);
      }
    }
  }
  assertEquals(broken, []);
});

Deno.test("every page below docs/ can be reached from the README", async () => {
  const pages = new Map((await readPages()).map((page) => [page.path, page]));
  const reached = new Set<string>();
  const toRead = ["README.md"];
  for (let path; (path = toRead.pop()) !== undefined;) {
    const page = pages.get(path);
    if (page === undefined || reached.has(path)) continue;
    reached.add(path);
    for (const [, link = ""] of page.text.matchAll(/\]\(([^)\s#]+)[^)\s]*\)/g)) {
      if (/^[a-z]+:/.test(link)) continue;
      const { pathname } = new URL(link, new URL(path, "file:///"));
      const to = pathname.slice(1);
      toRead.push(...[...pages.keys()].filter((key) => key === to || isIn(key, to)));
    }
  }
  assertEquals([...pages.keys()].filter((path) => !reached.has(path)), []);
});

/** A link to a folder leads to all that lies in it. */
function isIn(path: string, folder: string): boolean {
  return folder.endsWith("/") && path.startsWith(folder);
}

Deno.test("each decision has a number of its own, and names itself by it", async () => {
  const decisions = (await readPages()).flatMap(({ path, text }) => {
    const [, number] = /^docs\/decisions\/(\d{4})-/.exec(path) ?? [];
    return number === undefined ? [] : [{ number: Number(number), text }];
  });
  assertEquals(decisions.map(({ number }) => number), decisions.map((_, index) => index + 1));
  assertEquals(
    decisions.map(({ text }) => Number(/^# (\d+)\. /.exec(text)?.[1])),
    decisions.map(({ number }) => number),
  );
});

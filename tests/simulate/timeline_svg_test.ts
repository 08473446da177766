import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { timelineSvg } from "../../lib/simulate/timeline_svg.ts";
import { ALL, JOB } from "./timeline_example.ts";

/** The names of the elements that are opened and not closed, or the other way round. */
function unbalanced(xml: string): readonly string[] {
  const open: string[] = [];
  for (const [, close, name = "", empty] of xml.matchAll(/<(\/?)(\w+)[^<>]*?(\/?)>/g)) {
    if (close === "/") {
      if (open.pop() !== name) return [`/${name}`];
    } else if (empty !== "/") open.push(name);
  }
  return open;
}

Deno.test("the SVG is well-formed whatever the names are", () => {
  for (const timeline of [JOB, ALL]) {
    const svg = timelineSvg(timeline);
    assertEquals(unbalanced(svg), []);
    assertEquals(svg.match(/&(?!amp;|lt;|gt;|quot;)/g), null);
    // deno-lint-ignore no-control-regex
    assertEquals(svg.match(/[\x00-\x08\x0b\x0c\x0e-\x1f]/g), null);
  }
});

Deno.test("the SVG says its title and its story to those who do not see it", () => {
  const svg = timelineSvg(JOB);
  assertStringIncludes(svg, '<title id="title">Job example</title>');
  assertMatch(svg, /<desc id="desc">0\.0s cloud-sql-proxy its command is launched\..*<\/desc>/);
});

Deno.test("the SVG takes nothing from elsewhere, and is light and dark as its reader's theme", () => {
  const svg = timelineSvg(ALL);
  const addresses = svg.match(/https?:[^"]*/g);
  assertEquals(addresses, ["http://www.w3.org/2000/svg"]);
  assertEquals(svg.match(/<script|@import|@font-face|<image|<foreignObject/), null);
  assertStringIncludes(svg, "prefers-color-scheme:dark");
});

Deno.test("nothing of the SVG stands outside of its frame", () => {
  for (const timeline of [JOB, ALL]) {
    const svg = timelineSvg(timeline);
    const [, width = "", height = ""] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg) ?? [];
    for (const [, x, y] of svg.matchAll(/ x="([-\d.]+)" y="([-\d.]+)"/g)) {
      assertEquals(Number(x) >= 0 && Number(x) <= Number(width), true, `x ${x}`);
      assertEquals(Number(y) >= 0 && Number(y) <= Number(height), true, `y ${y}`);
    }
  }
});

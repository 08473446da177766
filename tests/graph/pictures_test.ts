import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { widthOf } from "../../lib/graph/boxes.ts";
import { toDot } from "../../lib/graph/dot.ts";
import { graphOf } from "../../lib/graph/graph.ts";
import { layOut } from "../../lib/graph/layout.ts";
import { toMermaid } from "../../lib/graph/mermaid.ts";
import { toSvg } from "../../lib/graph/svg.ts";
import { toText } from "../../lib/graph/text.ts";
import { columnsOf, wrap, wrapAndCut } from "../../lib/graph/wrap.ts";
import { container, example, faulty, inFront, rich, workload } from "./pods.ts";

const ALL = [example, rich, faulty];

interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function overlap(a: Area, b: Area): boolean {
  return Math.abs(a.x - b.x) * 2 < a.width + b.width &&
    Math.abs(a.y - b.y) * 2 < a.height + b.height;
}

Deno.test("no word is wider than its box, no box lies over another or out of the picture", () => {
  for (const pod of ALL) {
    const { boxes, width, height } = layOut(graphOf(pod));
    for (const [index, box] of boxes.entries()) {
      for (const line of box.lines) assert(widthOf(line) + 10 <= box.width, line.text);
      for (const other of boxes.slice(index + 1)) assert(!overlap(box, other));
      assert(box.x - box.width / 2 >= 0 && box.x + box.width / 2 <= width);
      assert(box.y - box.height / 2 >= 0 && box.y + box.height / 2 <= height);
    }
  }
});

Deno.test("no label lies over a box or another label, and each is on its arrow's way", () => {
  for (const pod of ALL) {
    const { boxes, arrows } = layOut(graphOf(pod));
    const labels = arrows.filter(({ arrow }) => arrow.from !== arrow.to).map((arrow) => ({
      ...arrow,
      width: Math.max(...arrow.label.map((text) => widthOf({ text }))),
      height: 14,
    }));
    for (const [index, label] of labels.entries()) {
      for (const box of boxes) assert(!overlap(label, box), label.label.join());
      for (const other of labels.slice(index + 1)) assert(!overlap(label, other));
      assert(label.points.some(({ x, y }) => Math.hypot(x - label.x, y - label.y) < 1));
    }
  }
});

Deno.test("an arrow goes from the box that it says to the other", () => {
  for (const pod of ALL) {
    const { boxes, arrows } = layOut(graphOf(pod));
    for (const { arrow, points } of arrows) {
      for (const [id, point] of [[arrow.from, points[0]], [arrow.to, points.at(-1)]] as const) {
        const box = boxes.find(({ node }) => node.id === id);
        assert(box !== undefined && point !== undefined);
        const reach = { ...point, width: 2, height: 2 };
        assert(overlap(reach, box), `${arrow.kind} ${arrow.from} ${arrow.to}`);
      }
    }
  }
});

Deno.test("the README's pod fits on a screen of 400 pixels as it is", () => {
  const [, width = ""] = /<svg [^>]* width="(\d+)"/.exec(toSvg([graphOf(example)])) ?? [];
  assert(Number(width) > 200 && Number(width) <= 400, width);
});

Deno.test("many containers that differ in their names alone have one box, and fit as well", () => {
  const names = Array.from({ length: 12 }, (_, index) => `worker-number-${index}`);
  const wide = workload("wide", [
    container("proxy", inFront({ stopDeps: names, stopWhen: "all" })),
    ...names.map((name) => container(name, inFront({ startDeps: ["proxy"] }))),
    container("other", inFront({ startDeps: ["proxy"], startTimeout: "5s" })),
  ]);
  const { boxes, arrows, width } = layOut(graphOf(wide));
  assert(width <= 520, `${width}`);
  const shown = boxes.map(({ lines }) =>
    lines.flatMap(({ look, text }) => look === "name" ? [text] : [])
  );
  assertEquals(shown, [["proxy"], names, ["other"]]);
  assertEquals(arrows.map(({ arrow: { kind } }) => kind), ["stop", "start", "start"]);
  // Where there is room each has its own.
  const two = workload("two", [container("a"), container("b")]);
  assertEquals(layOut(graphOf(two)).boxes.length, 2);
});

Deno.test("a picture needs nothing from elsewhere, runs nothing, and says in words what it shows", () => {
  const svg = toSvg(ALL.map(graphOf));
  assertEquals(svg.match(/https?:\/\/[^"' ]*/g), ["http://www.w3.org/2000/svg"]);
  assertEquals(/<script|<image|<use|@import|url\(|\son\w+=/.exec(svg), null);
  assertMatch(svg, /role="img"/);
  assertStringIncludes(svg, "<title>Job example, CronJob nightly-import, Deployment xxx");
  assertStringIncludes(svg, "cloud-sql-proxy is ready");
  assertStringIncludes(svg, "@media (prefers-color-scheme:dark)");
});

Deno.test("what a manifest says cannot end an element, an attribute or a text", () => {
  const hostile = `</svg><script>"'&\\]]>\u0000\u001b\n%{}|`;
  const pod = workload(hostile, [
    container("a", inFront({ startDeps: [{ file: `/${hostile.replace("\0", "")}` }] })),
  ]);
  const graphs = [graphOf(pod)];
  const svg = toSvg(graphs);
  assertEquals(svg.match(/<\/?(?!svg|title|desc|style|rect|text|path|polygon|g\b)\w+/g), null);
  assertEquals(svg.match(/<\/svg>/g)?.length, 1);
  for (const text of [svg, toDot(graphs), toMermaid(graphs), toText(graphs)]) {
    assertEquals(/(?!\n)\p{Cc}/u.exec(text), null);
  }
  for (const line of toMermaid(graphs).split("\n")) {
    assertEquals((line.match(/"/g) ?? []).length % 2, 0, line);
    assertEquals(/[<>](?!br\/>|\|)/.exec(line.replaceAll(/<br\/>|-->|\.->/g, "")), null, line);
  }
});

Deno.test("the same pod gives the same picture, every time", () => {
  for (const draw of [toSvg, toMermaid, toDot, toText]) {
    assertEquals(draw(ALL.map(graphOf)), draw(ALL.map(graphOf)));
  }
});

Deno.test("several pods stand below each other in one picture", () => {
  const svg = toSvg([graphOf(example), graphOf(rich)]);
  const titles = [...svg.matchAll(/class="title" x="18" y="([\d.]+)">([^<]*)</g)]
    .map(([, y, title]) => [Number(y), title] as const);
  assertEquals(titles.map(([, title]) => title), ["Job example", "CronJob nightly-import"]);
  assert((titles[0]?.[0] ?? 0) < (titles[1]?.[0] ?? 0));
});

Deno.test("a terminal of 80 columns has room for every line", () => {
  for (const line of toText(ALL.map(graphOf)).split("\n")) assert(columnsOf(line) <= 80, line);
});

Deno.test("the text has each container in the order of the start, with what it waits for", () => {
  assertEquals(
    toText([graphOf(example)]),
    `Job example

 1  koordinator      init container, not under koordinator
 2  cloud-sql-proxy  container
                     ▶ starts once koordinator has succeeded
                     ■ stops once main-container has ended for good
 3  main-container   container
                     ▶ starts once cloud-sql-proxy is ready
                     · is told to terminate 10s late
`,
  );
});

Deno.test("Mermaid and Graphviz tell start and stop apart", () => {
  const [mermaid, dot] = [toMermaid([graphOf(example)]), toDot([graphOf(example)])];
  assertStringIncludes(mermaid, 'p0n1 -->|"ready"| p0n2');
  assertStringIncludes(mermaid, 'p0n2 -.->|"final"| p0n1');
  assertStringIncludes(dot, 'p0n1 -> p0n2 [label="ready", color="#1f6feb"]');
  assertStringIncludes(dot, 'p0n2 -> p0n1 [label="final", color="#d4650f", style=dashed]');
});

Deno.test("lines are never wider than they may be, and nothing but spaces is lost", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 80 }), fc.integer({ min: 4, max: 30 }), (text, width) => {
      const lines = wrap(text, width);
      for (const line of lines) assert(columnsOf(line) <= width);
      assertEquals(lines.join("").replaceAll(" ", ""), text.replaceAll(" ", ""));
      const cut = wrapAndCut(text, width, 2);
      assert(cut.length <= 2);
      for (const line of cut) assert(columnsOf(line) <= width);
    }),
  );
});

import { columnsOfTitle, heightOf, LINE, SIZE, widthOf } from "./boxes.ts";
import type { PodGraph } from "./graph.ts";
import { type Layout, layOut, type PlacedArrow, type PlacedBox } from "./layout.ts";
import { headOf, wayOf } from "./curves.ts";
import { legendOf } from "./legend.ts";
import { CLASS, STYLE } from "./svg_style.ts";
import { toText } from "./text.ts";
import { isSupervised } from "./words.ts";
import { wrapAndCut } from "./wrap.ts";
import { escapeXml, rounded } from "./xml.ts";

/** Around and between the parts of a picture. */
const GAP = 18;

/** How round a gate is at most: its words keep clear of the corners. */
const ROUND = 22;

/** No picture is narrower: its title and legend need room. */
const LEAST_WIDTH = 300;

/**
 * Pods as one picture, one below the other: SVG that needs no fonts, scripts or pages of others, in the
 * colours of a light or a dark screen.
 */
export function toSvg(graphs: readonly PodGraph[]): string {
  const layouts = graphs.map((graph) => ({ graph, layout: layOut(graph) }));
  const inside = Math.max(LEAST_WIDTH, ...layouts.map(({ layout }) => layout.width));
  const parts: string[] = [];
  let y = GAP;
  for (const { graph, layout } of layouts) {
    for (const line of wrapAndCut(graph.title, columnsOfTitle(inside), 3)) {
      y += SIZE.title;
      parts.push(text("title", line, GAP, y));
      y += SIZE.title * (LINE - 1);
    }
    y += GAP * 0.6;
    const x = GAP + (inside - layout.width) / 2;
    parts.push(`<g transform="translate(${rounded(x)} ${rounded(y)})">`, ...drawn(layout), "</g>");
    y += layout.height + GAP;
  }
  const legend = legendOf(graphs, inside);
  parts.push(`<g transform="translate(${GAP} ${rounded(y)})">`, ...legend.parts, "</g>");
  const [width, height] = [Math.ceil(inside + 2 * GAP), Math.ceil(y + legend.height + GAP)];
  const title = graphs.map(({ title }) => title).join(", ");
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="${CLASS}" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escapeXml(`${title}: who starts and stops after whom`)}</title>`,
    `<desc>${escapeXml(toText(graphs).trim())}</desc>`,
    `<style>\n${STYLE}\n</style>`,
    `<rect class="page" width="${width}" height="${height}" rx="8"/>`,
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}

function drawn({ boxes, arrows }: Layout): readonly string[] {
  // The labels last: no arrow is drawn over one.
  return [
    ...arrows.flatMap(({ arrow: { kind }, points }) => [
      `<path class="${kind}" d="${wayOf(points)}"/>`,
      `<polygon class="head ${kind}" points="${headOf(points)}"/>`,
    ]),
    ...boxes.flatMap(drawnBox),
    ...arrows.flatMap(drawnLabel),
  ];
}

function drawnBox({ node, lines, x, y, width, height }: PlacedBox): readonly string[] {
  const isFaulty = lines.some(({ look }) => look === "fault");
  const isDashed = node.kind === "missing" ||
    node.kind === "container" && !isSupervised(node.container);
  const looks = [
    "box",
    ...(isDashed ? ["unsupervised"] : node.kind === "container" ? ["supervised"] : []),
    ...(isFaulty ? ["faulty"] : []),
  ];
  const [left, top] = [rounded(x - width / 2), rounded(y - height / 2)];
  let baseline = y - heightOf(lines) / 2;
  return [
    `<rect class="${looks.join(" ")}" x="${left}" y="${top}" ` +
    `width="${width}" height="${height}" rx="${
      node.kind === "gate" ? Math.min(height / 2, ROUND) : 6
    }"/>`,
    ...lines.map((line) => {
      baseline += line.size * LINE;
      return text(line.look, line.text, x, baseline - line.size * (LINE - 1));
    }),
  ];
}

function drawnLabel({ arrow, label, x, y }: PlacedArrow): readonly string[] {
  const lines = label.map((text) => ({ text, size: SIZE.small }));
  const [width, height] = [Math.max(...lines.map(widthOf)) + 4, heightOf(lines)];
  const top = y - height / 2;
  return [
    `<rect class="plate" x="${rounded(x - width / 2)}" y="${rounded(top)}" ` +
    `width="${rounded(width)}" height="${rounded(height)}"/>`,
    ...lines.map((line, index) =>
      text(arrow.kind, line.text, x, top + SIZE.small * (LINE * index + 1))
    ),
  ];
}

function text(look: string, content: string, x: number, y: number): string {
  return `<text class="${look}" x="${rounded(x)}" y="${rounded(y)}">${escapeXml(content)}</text>`;
}

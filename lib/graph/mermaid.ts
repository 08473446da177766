import type { Arrow, Node, PodGraph } from "./graph.ts";
import { isSupervised, labelOf, wordsOf } from "./words.ts";

/** Colours that are readable on white and on black: a page chooses its theme after us. */
const CLASSES = [
  "classDef supervised stroke:#1f6feb,stroke-width:2px",
  "classDef unsupervised stroke:#848d97,stroke-dasharray:4 3",
  "classDef gate stroke:#1f6feb",
  "classDef faulty stroke:#d1242f,stroke-width:2px",
];

const COLOURS: Readonly<Record<Arrow["kind"], string>> = {
  order: "#848d97",
  start: "#1f6feb",
  stop: "#d4650f",
};

/**
 * Pods as a flowchart of Mermaid: solid arrows for the start, dotted ones for the stop.
 * https://mermaid.js.org/syntax/flowchart.html
 */
export function toMermaid(graphs: readonly PodGraph[]): string {
  const lines = ["flowchart TB", ...CLASSES.map((line) => `  ${line}`)];
  const kinds: Arrow["kind"][] = [];
  for (const [index, graph] of graphs.entries()) {
    const named = (id: string) => `p${index}${id}`;
    lines.push(
      `  subgraph p${index}[${quote(graph.title)}]`,
      "    direction TB",
      ...graph.nodes.map((node) => `    ${named(node.id)}${shapeOf(node)}:::${classOf(node)}`),
      ...graph.arrows.map((arrow) => {
        const label = labelOf(arrow, graph.nodes.find(({ id }) => id === arrow.from)).join("\n");
        const line = arrow.kind === "stop" ? "-.->" : "-->";
        return `    ${named(arrow.from)} ${line}|${quote(label)}| ${named(arrow.to)}`;
      }),
      "  end",
    );
    kinds.push(...graph.arrows.map(({ kind }) => kind));
  }
  for (const kind of ["order", "start", "stop"] as const) {
    const places = kinds.flatMap((each, index) => each === kind ? [index] : []);
    if (places.length > 0) {
      lines.push(`  linkStyle ${places.join(",")} stroke:${COLOURS[kind]},stroke-width:2px`);
    }
  }
  return `${lines.join("\n")}\n`;
}

function shapeOf(node: Node): string {
  const { name, what, notes, faults } = wordsOf(node);
  const text = quote([name, what, ...notes, ...faults].join("\n"));
  return node.kind === "gate" ? `([${text}])` : `[${text}]`;
}

function classOf(node: Node): string {
  if (wordsOf(node).faults.length > 0) return "faulty";
  if (node.kind === "gate") return "gate";
  return node.kind === "container" && isSupervised(node.container) ? "supervised" : "unsupervised";
}

/** What means something in a text of Mermaid is written as a number; a line ends with a tag. */
function quote(text: string): string {
  const lines = text.split("\n").map((line) =>
    line.replace(/[^\p{L}\p{N} .,:/_()-]/gu, (found) => `#${found.codePointAt(0)};`)
  );
  return `"${lines.join("<br/>")}"`;
}

import type { Arrow, Node, PodGraph } from "./graph.ts";
import { isSupervised, labelOf, wordsOf } from "./words.ts";

const LOOKS: Readonly<Record<Arrow["kind"], string>> = {
  order: 'color="#848d97"',
  start: 'color="#1f6feb"',
  stop: 'color="#d4650f", style=dashed',
};

/**
 * Pods as a graph of Graphviz: solid arrows for the start, dashed ones for the stop.
 * https://graphviz.org/doc/info/lang.html
 */
export function toDot(graphs: readonly PodGraph[]): string {
  const lines = [
    "digraph koordinator {",
    "  rankdir=TB;",
    '  node [shape=box, style=rounded, fontname="Helvetica"];',
    '  edge [fontname="Helvetica", fontsize=11];',
  ];
  for (const [index, graph] of graphs.entries()) {
    const named = (id: string) => `p${index}${id}`;
    lines.push(
      `  subgraph cluster_${index} {`,
      `    label=${quote([graph.title])};`,
      ...graph.nodes.map((node) => `    ${named(node.id)} [${looksOf(node)}];`),
      ...graph.arrows.map((arrow) => {
        const label = labelOf(arrow, graph.nodes.find(({ id }) => id === arrow.from));
        const looks = `label=${quote(label)}, ${LOOKS[arrow.kind]}`;
        return `    ${named(arrow.from)} -> ${named(arrow.to)} [${looks}];`;
      }),
      "  }",
    );
  }
  return `${[...lines, "}"].join("\n")}\n`;
}

function looksOf(node: Node): string {
  const { name, what, notes, faults } = wordsOf(node);
  const looks = [`label=${quote([name, what, ...notes, ...faults])}`];
  if (node.kind === "gate") looks.push("shape=ellipse", 'style=""');
  else if (node.kind === "missing" || !isSupervised(node.container)) {
    looks.push('style="rounded,dashed"');
  }
  if (faults.length > 0) looks.push('color="#d1242f"');
  return looks.join(", ");
}

function quote(lines: readonly string[]): string {
  const escaped = lines.map((line) => line.replace(/["\\]/g, "\\$&").replaceAll("&", "&amp;"));
  return `"${escaped.join("\\n")}"`;
}

import type { PodGraph } from "./graph.ts";
import { stagesOf } from "./stages.ts";
import { clauseOf, wordsOf } from "./words.ts";
import { wrap } from "./wrap.ts";

/** The width of a terminal, in columns. */
const COLUMNS = 80;

/** The widest column of names; a longer name has a line of its own. */
const MOST_FOR_NAMES = 28;

/** Pods in words, for a terminal: each container in the order of the start, with what it waits for. */
export function toText(graphs: readonly PodGraph[]): string {
  return graphs.map(sectionOf).join("\n");
}

function sectionOf(graph: PodGraph): string {
  const stages = stagesOf(graph.nodes.map(({ id }) => id), graph.arrows);
  const rows = graph.nodes
    .filter(({ kind }) => kind === "container")
    .map((node) => ({ node, words: wordsOf(node), stage: stages.get(node.id) ?? 0 }))
    .sort((a, b) => a.stage - b.stage);
  // A gate before a container is no stage of its own here.
  const numbers = [...new Set(rows.map(({ stage }) => stage))];
  const widest = Math.max(0, ...rows.map(({ words }) => words.name.length));
  const indent = Math.min(widest, MOST_FOR_NAMES) + 6;
  const lines = rows.flatMap(({ node, words, stage }) => {
    const said = [
      words.what,
      ...graph.arrows.filter(({ to }) => to === node.id).map((arrow) =>
        `${arrow.kind === "stop" ? "■" : "▶"} ${clauseOf(arrow, graph)}`
      ),
      ...words.notes.map((note) => `· ${note}`),
      ...words.faults.map((fault) => `! ${fault}`),
    ].flatMap((line) => wrap(line, COLUMNS - indent, "  "));
    const head = `${String(numbers.indexOf(stage) + 1).padStart(2)}  ${words.name}`;
    const [first = "", ...rest] = said;
    const fits = head.length + 2 <= indent;
    return [
      fits ? `${head.padEnd(indent)}${first}` : head,
      ...(fits ? rest : said).map((line) => `${" ".repeat(indent)}${line}`),
    ];
  });
  return [...wrap(graph.title, COLUMNS, "  "), "", ...lines, ""].join("\n");
}

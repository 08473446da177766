import type { Arrow, PodGraph } from "./graph.ts";
import { labelOf, wordsOf } from "./words.ts";

/** A pod in which containers that differ in their names alone are one. */
export interface JoinedGraph {
  readonly graph: PodGraph;
  /** By the id of the one that stands for them: the names of all. */
  readonly names: ReadonlyMap<string, readonly string[]>;
}

/** Lets one container stand for all that are like it: the same words, and the same arrows with the same others. */
export function joinAlike(pod: PodGraph): JoinedGraph {
  const groups = Map.groupBy(pod.nodes, (node) => {
    const { what, notes, faults } = wordsOf(node);
    const others = pod.arrows.flatMap((arrow) =>
      arrow.from === node.id
        ? [["to", arrow.to, ...wordsOn(arrow, pod)]]
        : arrow.to === node.id
        ? [["from", arrow.from, ...wordsOn(arrow, pod)]]
        : []
    );
    return node.kind === "container" ? JSON.stringify([what, notes, faults, others]) : node.id;
  });
  const kept = new Map(
    [...groups.values()].flatMap(([first, ...others]) =>
      first === undefined ? [] : [[first.id, [first, ...others]] as const]
    ),
  );
  return {
    graph: {
      ...pod,
      nodes: pod.nodes.filter(({ id }) => kept.has(id)),
      arrows: pod.arrows.filter(({ from, to }) => kept.has(from) && kept.has(to)),
    },
    names: new Map([...kept].map(([id, nodes]) => [id, nodes.map((node) => wordsOf(node).name)])),
  };
}

function wordsOn(arrow: Arrow, { nodes }: PodGraph): readonly string[] {
  return [arrow.kind, ...labelOf(arrow, nodes.find(({ id }) => id === arrow.from))];
}

import type { Arrow } from "./graph.ts";

type Ends = Pick<Arrow, "from" | "to">;

/** Whether arrows lead from one node to another. */
export function isReachable(arrows: readonly Ends[], from: string, to: string): boolean {
  const reached = new Set<string>();
  const toVisit = [from];
  for (let at; (at = toVisit.pop()) !== undefined;) {
    for (const arrow of arrows) {
      if (arrow.from !== at || reached.has(arrow.to)) continue;
      reached.add(arrow.to);
      toVisit.push(arrow.to);
    }
  }
  return reached.has(to);
}

/** Those arrows, the first ones first, that close no circle with the ones before. */
export function withoutCircles<Each extends Ends>(arrows: readonly Each[]): readonly Each[] {
  const kept: Each[] = [];
  for (const arrow of arrows) {
    if (arrow.from !== arrow.to && !isReachable(kept, arrow.to, arrow.from)) kept.push(arrow);
  }
  return kept;
}

/**
 * How many arrows of the start lie before each node at most, by its id: those of one stage may start at
 * the same time. Of a circle, the arrow that closes it is passed over.
 */
export function stagesOf(
  ids: readonly string[],
  arrows: readonly Arrow[],
): ReadonlyMap<string, number> {
  const forward = withoutCircles(arrows.filter(({ kind }) => kind !== "stop"));
  const stages = new Map(ids.map((id) => [id, 0]));
  for (let changed = true; changed;) {
    changed = false;
    for (const { from, to } of forward) {
      const stage = (stages.get(from) ?? 0) + 1;
      if (stage <= (stages.get(to) ?? 0)) continue;
      stages.set(to, stage);
      changed = true;
    }
  }
  return stages;
}

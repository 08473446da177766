import type { Observations } from "./observations.ts";
import { type Awaited, relationsOf } from "./report.ts";

/** Whom a container waits for: by its own report, else by its spec in the pod's manifest. */
export function awaitedBy({ reports, siblings }: Observations, name: string): readonly Awaited[] {
  const report = reports.get(name);
  if (report !== undefined) return report.startDeps;
  const spec = siblings.get(name);
  return spec === undefined ? [] : relationsOf(spec).startDeps;
}

/** The first cycle that these dependencies lead into, its first name repeated at its end. */
export function findCycle(
  awaited: readonly Awaited[],
  known: Observations,
): readonly string[] | undefined {
  return visit(awaited, known.self === undefined ? [] : [known.self]);

  function visit(
    edges: readonly Awaited[],
    path: readonly string[],
  ): readonly string[] | undefined {
    for (const { container } of edges) {
      const at = path.indexOf(container);
      if (at >= 0) return [...path.slice(at), container];
      const found = visit(awaitedBy(known, container), [...path, container]);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

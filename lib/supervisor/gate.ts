import type { Spec, StartDependency } from "../spec/spec.ts";
import { findContainer, judgeStart, notInPod, type Verdict } from "./container.ts";
import type { Knowledge } from "./knowledge.ts";

/** A dependency that does not hold, and why. */
export interface Missing {
  readonly dependency: string;
  readonly why: string;
}

/** The state of the whole gate. */
export type GateVerdict =
  | { readonly kind: "open" }
  | { readonly kind: "closed"; readonly missing: readonly Missing[] }
  | { readonly kind: "impossible"; readonly missing: Missing };

/** How a dependency is named in logs: `proxy`, `tcp 127.0.0.1:5432`. */
export function nameOf(dependency: StartDependency): string {
  switch (dependency.kind) {
    case "container":
      return dependency.until === "ready"
        ? dependency.container
        : `${dependency.container} until ${dependency.until}`;
    case "tcp":
      return `tcp ${dependency.host}:${dependency.port}`;
    case "http":
      return `http ${dependency.port}${dependency.path}`;
    case "file":
      return `file ${dependency.path}`;
  }
}

/** Judges all start dependencies of a spec together. */
export function judgeGate(spec: Spec, view: Knowledge): GateVerdict {
  const missing: Missing[] = [];
  const cycle = findCycle(spec.startDeps, view);
  if (cycle !== undefined) {
    const why = `the start dependencies form a cycle: ${cycle.join(" -> ")}`;
    return { kind: "impossible", missing: { dependency: cycle[1] ?? cycle[0] ?? "", why } };
  }
  for (const [index, dependency] of spec.startDeps.entries()) {
    const verdict = judge(dependency, view, view.probed.has(index));
    const entry = (why: string) => ({ dependency: nameOf(dependency), why });
    if (verdict.kind === "impossible") return { kind: "impossible", missing: entry(verdict.why) };
    if (verdict.kind === "pending") missing.push(entry(verdict.why));
  }
  return missing.length === 0 ? { kind: "open" } : { kind: "closed", missing };
}

function judge(dependency: StartDependency, view: Knowledge, probed: boolean): Verdict {
  if (dependency.kind !== "container") {
    return probed ? { kind: "met" } : { kind: "pending", why: "not there yet" };
  }
  const { pod } = view;
  if (pod?.spec === undefined) return { kind: "pending", why: "nothing known of the pod yet" };
  const container = findContainer(pod, dependency.container);
  if (container === undefined) {
    if (dependency.optional) return { kind: "met" };
    return { kind: "impossible", why: notInPod(pod, dependency.container) };
  }
  const report = view.reports.get(dependency.container);
  const verdict = judgeStart(pod, container, dependency.until, report);
  if (verdict.kind !== "met" || dependency.until !== "ready") return verdict;
  // A report that let it pass says that the command runs. Without one, and without a readiness probe 'ready' speaks of the supervisor that holds the command back.
  if (report !== undefined || container.spec.readinessProbe !== undefined) return verdict;
  return judgeHeld(dependency.container, view, new Set());
}

/**
 * A sibling that koordinator holds counts as ready when its own gate holds. What can never be met for
 * it has been met before, or it ends by itself with exit code 121: both are its own affair.
 */
function judgeHeld(name: string, view: Knowledge, visited: Set<string>): Verdict {
  if (visited.has(name) || view.pod === undefined) return { kind: "met" };
  visited.add(name);
  for (const dependency of view.siblings.get(name)?.startDeps ?? []) {
    if (dependency.kind !== "container") continue;
    const container = findContainer(view.pod, dependency.container);
    if (container === undefined) continue;
    const report = view.reports.get(dependency.container);
    let verdict = judgeStart(view.pod, container, dependency.until, report);
    if (verdict.kind === "met" && dependency.until === "ready") {
      verdict = judgeHeld(dependency.container, view, visited);
    }
    if (verdict.kind === "pending") {
      const why = `held by koordinator until ${nameOf(dependency)} holds (${verdict.why})`;
      return { kind: "pending", why };
    }
  }
  return { kind: "met" };
}

/** The first cycle that these dependencies lead into, its first name repeated at its end. */
function findCycle(
  dependencies: readonly StartDependency[],
  view: Knowledge,
): readonly string[] | undefined {
  const self = view.self;
  return visit(dependencies, self === undefined ? [] : [self]);

  function visit(
    edges: readonly StartDependency[],
    path: readonly string[],
  ): readonly string[] | undefined {
    for (const edge of edges) {
      if (edge.kind !== "container") continue;
      const at = path.indexOf(edge.container);
      if (at >= 0) return [...path.slice(at), edge.container];
      const found = visit(view.siblings.get(edge.container)?.startDeps ?? [], [
        ...path,
        edge.container,
      ]);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

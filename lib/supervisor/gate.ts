import type { Spec, StartDependency } from "../spec/spec.ts";
import { containerNames, findContainer, judgeStart, type Verdict } from "./container.ts";
import type { Pod } from "./pod.ts";

/** The start dependencies of the siblings that koordinator holds, by container name. */
export type HeldContainers = ReadonlyMap<string, readonly StartDependency[]>;

/** All that the gate is judged by. */
export interface GateView {
  readonly self: string | undefined;
  readonly pod: Pod | undefined;
  readonly held: HeldContainers;
  /** By index in `startDeps`: whether the tcp, http or file check last succeeded. */
  readonly probed: ReadonlySet<number>;
}

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
export function judgeGate(spec: Spec, view: GateView): GateVerdict {
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

function judge(dependency: StartDependency, view: GateView, probed: boolean): Verdict {
  if (dependency.kind !== "container") {
    return probed ? { kind: "met" } : { kind: "pending", why: "not there yet" };
  }
  const { pod } = view;
  if (pod?.spec === undefined) return { kind: "pending", why: "nothing known of the pod yet" };
  const container = findContainer(pod, dependency.container);
  if (container === undefined) {
    if (dependency.optional) return { kind: "met" };
    const names = containerNames(pod).join(", ");
    return { kind: "impossible", why: `not in the pod, whose containers are: ${names}` };
  }
  const verdict = judgeStart(pod, container, dependency.until);
  if (verdict.kind !== "met" || dependency.until !== "ready") return verdict;
  // Without a readiness probe 'ready' speaks of the supervisor that holds the command back.
  if (container.spec.readinessProbe !== undefined) return verdict;
  return judgeHeld(dependency.container, view, new Set());
}

/**
 * A sibling that koordinator holds counts as ready when its own gate holds. What can never be met for
 * it has been met before, or it ends by itself with exit code 121: both are its own affair.
 */
function judgeHeld(name: string, view: GateView, visited: Set<string>): Verdict {
  if (visited.has(name) || view.pod === undefined) return { kind: "met" };
  visited.add(name);
  for (const dependency of view.held.get(name) ?? []) {
    if (dependency.kind !== "container") continue;
    const container = findContainer(view.pod, dependency.container);
    if (container === undefined) continue;
    let verdict = judgeStart(view.pod, container, dependency.until);
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
  view: GateView,
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
      const found = visit(view.held.get(edge.container) ?? [], [...path, edge.container]);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

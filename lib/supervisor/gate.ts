import type { Spec, StartDependency } from "../spec/spec.ts";
import { findContainer, notInPod } from "../pod/container.ts";
import { judgeStart, type Verdict } from "./conditions.ts";
import { awaitedBy, findCycle } from "./cycle.ts";
import type { Observations } from "./observations.ts";
import { relationsOf } from "./report.ts";
import { whyTooLate } from "./too_late.ts";

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
    case "unix":
      return `unix ${dependency.path}`;
    case "file":
      return `file ${dependency.path}`;
  }
}

/** Judges all start dependencies of a spec together. */
export function judgeGate(spec: Spec, view: Observations): GateVerdict {
  const missing: Missing[] = [];
  const cycle = findCycle(relationsOf(spec).startDeps, view);
  if (cycle !== undefined) {
    const why = `the start dependencies form a cycle: ${cycle.join(" -> ")}`;
    return { kind: "impossible", missing: { dependency: cycle[1] ?? cycle[0] ?? "", why } };
  }
  for (const [index, dependency] of spec.startDeps.entries()) {
    const verdict = judgeInTime(dependency, view, index);
    const entry = (why: string) => ({ dependency: nameOf(dependency), why });
    if (verdict.kind === "impossible") return { kind: "impossible", missing: entry(verdict.why) };
    if (verdict.kind === "pending") missing.push(entry(verdict.why));
  }
  return missing.length === 0 ? { kind: "open" } : { kind: "closed", missing };
}

function judgeInTime(dependency: StartDependency, view: Observations, index: number): Verdict {
  const verdict = judge(dependency, view, index);
  if (verdict.kind !== "pending" || dependency.kind !== "container") return verdict;
  const why = whyTooLate(view, dependency.container);
  return why === undefined ? verdict : { kind: "impossible", why };
}

function judge(dependency: StartDependency, view: Observations, index: number): Verdict {
  if (dependency.kind !== "container") {
    return view.probed.has(index)
      ? { kind: "met" }
      : { kind: "pending", why: view.shut.get(index) ?? "not looked at yet" };
  }
  const { container: name, until, optional } = dependency;
  const { pod } = view;
  const container = pod === undefined ? undefined : findContainer(pod, name);
  if (pod?.spec !== undefined && container === undefined) {
    return optional ? { kind: "met" } : { kind: "impossible", why: notInPod(pod, name) };
  }
  // Without a manifest, who is not heard of in time is taken not to be there.
  if (optional && pod?.spec === undefined && view.listened && !view.heard.has(name)) {
    return { kind: "met" };
  }
  const verdict = judgeStart(view, name, until);
  if (verdict.kind !== "met" || until !== "ready") return verdict;
  // A report that let it pass says that the command runs. Without one, and without a readiness probe 'ready' speaks of the supervisor that holds the command back.
  if (view.reports.has(name) || container?.spec.readinessProbe !== undefined) return verdict;
  return judgeHeld(name, view, new Set());
}

/**
 * A sibling that koordinator holds counts as ready when its own gate holds. What can never be met for
 * it has been met before, or it ends by itself with exit code 121: both are its own affair.
 */
function judgeHeld(name: string, view: Observations, visited: Set<string>): Verdict {
  if (visited.has(name) || view.pod === undefined) return { kind: "met" };
  visited.add(name);
  for (const { container, until } of awaitedBy(view, name)) {
    if (findContainer(view.pod, container) === undefined) continue;
    let verdict = judgeStart(view, container, until);
    if (verdict.kind === "met" && until === "ready") verdict = judgeHeld(container, view, visited);
    if (verdict.kind === "pending") {
      const dependency = nameOf({ kind: "container", container, until, optional: false });
      const why = `held by koordinator until ${dependency} holds (${verdict.why})`;
      return { kind: "pending", why };
    }
  }
  return { kind: "met" };
}

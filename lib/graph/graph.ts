import type { ContainerTemplate, Workload } from "../manifest/workload.ts";
import type { Duration } from "../spec/duration.ts";
import type { Check, Spec, StartDependency, Until, When } from "../spec/spec.ts";
import { visible } from "../spec/visible.ts";
import { keyOf } from "./gate_words.ts";
import { isReachable } from "./stages.ts";

/** Who starts and stops after whom in one pod. */
export interface PodGraph {
  /** Kind and name of the object that the pod is from: `Job example`. */
  readonly title: string;
  /** Containers in the order of the kubelet, then what is waited for and is no container of the pod. */
  readonly nodes: readonly Node[];
  /** The kubelet's order, then start and stop, by the container whom they are for. */
  readonly arrows: readonly Arrow[];
}

/** Its `id` is `n` and its place in the graph: safe in every language of pictures. */
export type Node =
  | { readonly kind: "container"; readonly id: string; readonly container: ContainerTemplate }
  | { readonly kind: "gate"; readonly id: string; readonly check: Check }
  /** A spec names it, and the pod does not have it. */
  | {
    readonly kind: "missing";
    readonly id: string;
    readonly name: string;
    /** Whether every spec that names it does without. */
    readonly optional: boolean;
  };

/** From what comes first to what comes after it, by the nodes' ids. */
export type Arrow =
  /** The kubelet starts `to` after `from`. */
  | {
    readonly kind: "order";
    readonly from: string;
    readonly to: string;
    readonly until: "started" | "succeeded";
  }
  /** koordinator launches the command of `to` after `from`. */
  | {
    readonly kind: "start";
    readonly from: string;
    readonly to: string;
    readonly until: Until | "open";
    readonly optional: boolean;
  }
  /** koordinator stops the command of `to` after `from`. */
  | {
    readonly kind: "stop";
    readonly from: string;
    readonly to: string;
    readonly when: When;
    /** Whether all stop dependencies of `to` are needed, or one; `only`: there is no other. */
    readonly needed: "only" | "any" | "all";
    readonly linger: Duration;
    /** What the supervisor of `to` ends with, where this condition has a code of its own. */
    readonly exitCode: number | undefined;
  };

/** The graph of a workload's pod. */
export function graphOf(workload: Workload): PodGraph {
  const { containers } = workload.pod;
  const nodes: Node[] = containers.map((container, index) => ({
    kind: "container",
    id: `n${index}`,
    container,
  }));
  const idOf = new Map(containers.map(({ name }, index) => [name, `n${index}`]));
  const find = (key: string, make: (id: string) => Node): string => {
    const known = idOf.get(key);
    if (known !== undefined) return known;
    const id = `n${nodes.length}`;
    idOf.set(key, id);
    nodes.push(make(id));
    return id;
  };
  const named = (name: string) =>
    find(name, (id) => ({ kind: "missing", id, name, optional: true }));
  const before = (dependency: StartDependency) =>
    dependency.kind === "container"
      ? named(dependency.container)
      : find(keyOf(dependency), (id) => ({ kind: "gate", id, check: dependency }));

  const arrows = containers.flatMap((container): readonly Arrow[] => {
    const spec = specOf(container);
    const to = named(container.name);
    if (spec === undefined) return [];
    return [
      ...spec.startDeps.map((dependency): Arrow => ({
        kind: "start",
        from: before(dependency),
        to,
        ...conditionOf(dependency),
      })),
      ...stopArrows(spec, to, named),
    ];
  });
  return {
    title: visible(`${workload.kind} ${workload.name}`),
    nodes: nodes.map((node) =>
      node.kind === "missing" ? { ...node, optional: isOptional(node.id, arrows) } : node
    ),
    arrows: [...kubeletOrder(containers, arrows), ...arrows],
  };
}

/** The spec that koordinator acts by, or will once it is injected; undefined if there is none. */
export function specOf({ supervision }: ContainerTemplate): Spec | undefined {
  if (supervision.kind !== "inFront" && supervision.kind !== "annotated") return undefined;
  return supervision.spec.kind === "valid" ? supervision.spec.spec : undefined;
}

function isOptional(id: string, arrows: readonly Arrow[]): boolean {
  return arrows.filter(({ from }) => from === id).every((arrow) =>
    arrow.kind === "start" && arrow.optional
  );
}

function conditionOf(dependency: StartDependency) {
  return dependency.kind === "container"
    ? { until: dependency.until, optional: dependency.optional }
    : { until: "open", optional: false } as const;
}

function stopArrows(spec: Spec, to: string, named: (name: string) => string): readonly Arrow[] {
  const needed = spec.stopDeps.length > 1 ? spec.stopWhen : "only";
  return spec.stopDeps.map(({ container, when, exitCode }) => ({
    kind: "stop",
    from: named(container),
    to,
    when,
    needed,
    linger: spec.stopLinger,
    exitCode,
  }));
}

/**
 * What the kubelet does by itself: init containers one after the other, each of them ended, or begun
 * where it is a native sidecar, before the next one; then all others. Without the arrows that say no
 * more than others do.
 * https://kubernetes.io/docs/concepts/workloads/pods/init-containers/
 */
function kubeletOrder(
  containers: readonly ContainerTemplate[],
  others: readonly Arrow[],
): readonly Arrow[] {
  const count = containers.filter(({ role }) => role !== "main").length;
  if (count === 0) return [];
  const order = containers.map((_, index) => index).slice(1).map((to): Arrow => {
    const from = Math.min(to, count) - 1;
    const until = containers[from]?.role === "nativeSidecar" ? "started" : "succeeded";
    return { kind: "order", from: `n${from}`, to: `n${to}`, until };
  });
  const starts = others.filter(({ kind }) => kind === "start");
  let kept = order;
  for (const arrow of order) {
    const rest = kept.filter((each) => each !== arrow);
    if (isReachable([...rest, ...starts], arrow.from, arrow.to)) kept = rest;
  }
  return kept;
}

import type { Duration } from "../spec/duration.ts";
import type { Spec, StartDependency } from "../spec/spec.ts";
import type { Moment } from "./moment.ts";
import type { Point } from "./timeline.ts";

type ContainerDependency = Extract<StartDependency, { readonly kind: "container" }>;

/** What let a command be launched: of all that it waited for, what came last; undefined without any. */
export function causeOfLaunch(spec: Spec, past: readonly Moment[]): Point | undefined {
  const dependencies = spec.startDeps.filter((each) => each.kind === "container");
  return last(dependencies.map((dependency) => metAt(dependency, past)));
}

/**
 * What made a command be stopped: the end of what it serves that came last. A supervisor may know of an
 * end before anybody else does: then it is that of one that has not ended, at this very moment.
 */
export function causeOfStop(
  { stopDeps }: Spec,
  past: readonly Moment[],
  now: Duration,
): Point | undefined {
  const ends = stopDeps.map(({ container }) => {
    const latest = past.findLast((moment) =>
      "container" in moment && moment.container === container &&
      ["held", "launched", "ended"].includes(moment.kind)
    );
    return { container, latest };
  });
  const known = last(
    ends.map(({ latest }) => latest?.kind === "ended" ? pointOf(latest) : undefined),
  );
  if (known !== undefined) return known;
  const [first] = ends.filter(({ latest }) => latest?.kind === "launched");
  return first === undefined ? undefined : { container: first.container, at: now };
}

/** When a container last came to what is waited for. */
function metAt({ container, until }: ContainerDependency, past: readonly Moment[]) {
  return pointOf(past.findLast((moment) => {
    if (!("container" in moment) || moment.container !== container) return false;
    switch (until) {
      case "started":
        return moment.kind === "launched";
      case "ready":
        return moment.kind === "ready";
      case "succeeded":
        return moment.kind === "ended" && moment.exitCode === 0;
      case "terminated":
        return moment.kind === "ended";
    }
  }));
}

function pointOf(moment: Moment | undefined): Point | undefined {
  return moment !== undefined && "container" in moment
    ? { container: moment.container, at: moment.at }
    : undefined;
}

function last(points: readonly (Point | undefined)[]): Point | undefined {
  return points.filter((point) => point !== undefined).toSorted((a, b) => a.at - b.at).at(-1);
}

/** What a container waits for, in words: `waits for proxy, 127.0.0.1:5432`. */
export function waitsFor({ startDeps }: Spec): string {
  const names = startDeps.map((dependency) => {
    switch (dependency.kind) {
      case "container":
        return dependency.until === "ready"
          ? dependency.container
          : `${dependency.container} (${dependency.until})`;
      case "tcp":
        return `${dependency.host}:${dependency.port}`;
      case "http":
        return `http://127.0.0.1:${dependency.port}${dependency.path}`;
      case "unix":
      case "file":
        return dependency.path;
    }
  });
  return `waits for ${names.join(", ")}`;
}

/**
 * The containers whose own supervisors are asked whether they are ready: they have a check for that,
 * the kubelet has none, and a sibling waits for it.
 */
export function askedForReadiness(
  containers: readonly {
    readonly name: string;
    readonly isProbed: boolean;
    readonly spec: Spec | undefined;
  }[],
): ReadonlySet<string> {
  const awaited = new Set(
    containers.flatMap(({ spec }) =>
      (spec?.startDeps ?? []).flatMap((each) =>
        each.kind === "container" && each.until === "ready" ? [each.container] : []
      )
    ),
  );
  return new Set(
    containers.filter(({ name, isProbed, spec }) =>
      awaited.has(name) && !isProbed && spec?.readiness !== undefined
    ).map(({ name }) => name),
  );
}

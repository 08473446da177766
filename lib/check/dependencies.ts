import type { Path, SpecSource } from "../manifest/workload.ts";
import type { Spec, Until, When } from "../spec/spec.ts";
import type { Wrapped } from "./wrapped.ts";

/** What a spec says of another container. */
export type Dependency =
  & {
    readonly container: string;
    /** As a message calls it. */
    readonly called: string;
    /** Where the container's name stands. */
    readonly at: At;
  }
  & (
    | { readonly kind: "start"; readonly until: Until; readonly optional: boolean }
    | { readonly kind: "stop"; readonly when: When }
    /** Its end is waited for before a call after the exit. */
    | { readonly kind: "lastOf" }
  );

/** A place in a spec, as a finding gives it. */
export interface At {
  readonly path: Path;
  readonly inJson?: Path;
}

/** A place in the JSON of a wrapped container's spec; that of the container where it has no spec. */
export function placeIn({ source, container }: Wrapped, ...inJson: Path): At {
  return source === undefined ? { path: container.path } : { path: source.path, inJson };
}

/** A place where a spec stands. */
export function placeOf(source: SpecSource): At {
  return { path: source.path, inJson: [] };
}

/** Everything that a container's spec says of others, in the spec's order. */
export function dependenciesOf(wrapped: Wrapped): readonly Dependency[] {
  const { spec } = wrapped;
  return [
    ...startsOf(wrapped),
    ...spec.stopDeps.map(({ container, when }, index): Dependency => ({
      kind: "stop",
      container,
      when,
      called: "stop dependency",
      at: placeIn(wrapped, "stopDeps", index, "container"),
    })),
    ...spec.afterExit.flatMap(({ lastOf }, call) =>
      lastOf.map((container, index): Dependency => ({
        kind: "lastOf",
        container,
        called: "lastOf",
        at: placeIn(wrapped, "afterExit", call, "lastOf", index),
      }))
    ),
  ];
}

function startsOf(wrapped: Wrapped): readonly Dependency[] {
  return wrapped.spec.startDeps.flatMap((dependency, index): readonly Dependency[] => {
    if (dependency.kind !== "container") return [];
    const { container, until, optional } = dependency;
    const at = placeIn(wrapped, "startDeps", index, "container");
    return [{ kind: "start", container, until, optional, called: "start dependency", at }];
  });
}

/** Whether a spec waits for this container to be launched by it. */
export function waitsFor({ startDeps }: Spec, name: string): boolean {
  return startDeps.some((dependency) =>
    dependency.kind === "container" && dependency.container === name
  );
}

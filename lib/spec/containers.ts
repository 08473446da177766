import type { Spec } from "./spec.ts";

/**
 * The other containers that a spec names, each once: what is told of them matters.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { containersOf } from "./containers.ts";
 * import { parseSpec } from "./parse.ts";
 *
 * const spec = parseSpec('{"startDeps":["proxy"],"stopDeps":["main"]}', "KOORDINATOR_SPEC");
 * assertEquals(containersOf(spec), ["proxy", "main"]);
 * ```
 */
export function containersOf(spec: Spec): readonly string[] {
  const names = [
    ...spec.startDeps.flatMap((dependency) =>
      dependency.kind === "container" ? [dependency.container] : []
    ),
    ...spec.stopDeps.map(({ container }) => container),
    ...spec.afterExit.flatMap(({ lastOf }) => lastOf),
  ];
  return [...new Set(names)];
}

/** Whether the command waits for other containers, and not for checks alone. */
export function waitsForContainers(spec: Spec): boolean {
  return spec.startDeps.some(({ kind }) => kind === "container");
}

/** Whether calls after the exit depend on how other containers have ended. */
export function callsAfterOthers(spec: Spec): boolean {
  return spec.afterExit.some(({ lastOf }) => lastOf.length > 0);
}

/** Whether it depends on the pod's restart policy when a call is made. */
export function asksForRestartPolicy(spec: Spec): boolean {
  return spec.afterExit.some(({ on }) => on === undefined);
}

import { KoordinatorError } from "./errors.ts";
import { parseSpec } from "./spec/parse.ts";
import type { StartDependency } from "./spec/spec.ts";
import type { HeldContainers } from "./supervisor/gate.ts";
import type { Pod } from "./supervisor/pod.ts";

const SPEC_VARIABLES: readonly string[] = ["KOORDINATOR_SPEC", "KOOORDINATOR_SPEC"];

/**
 * What the containers of a pod wait for, read from the specs in its own manifest. A sibling's spec
 * that is no spec holds nothing back: that sibling ends by itself with exit code 125.
 */
export function readHeldContainers(pod: Pod): HeldContainers {
  const held = new Map<string, readonly StartDependency[]>();
  for (const container of [...pod.spec?.initContainers ?? [], ...pod.spec?.containers ?? []]) {
    const variable = container.env?.find(({ name, value }) =>
      SPEC_VARIABLES.includes(name) && value !== undefined
    );
    if (variable?.value === undefined) continue;
    try {
      held.set(container.name, parseSpec(variable.value, variable.name).startDeps);
    } catch (error) {
      if (!(error instanceof KoordinatorError)) throw error;
    }
  }
  return held;
}

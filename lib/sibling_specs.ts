import { KoordinatorError } from "./errors.ts";
import { parseSpec } from "./spec/parse.ts";
import type { Spec } from "./spec/spec.ts";
import type { Pod } from "./supervisor/pod.ts";
import type { Siblings } from "./supervisor/report.ts";

const SPEC_VARIABLES: readonly string[] = ["KOORDINATOR_SPEC", "KOOORDINATOR_SPEC"];

/**
 * The specs of a pod's containers, read from its own manifest. One that is no spec counts as none: that
 * container ends by itself with exit code 125.
 */
export function readSiblings(pod: Pod): Siblings {
  const siblings = new Map<string, Spec>();
  for (const container of [...pod.spec?.initContainers ?? [], ...pod.spec?.containers ?? []]) {
    const variable = container.env?.find(({ name, value }) =>
      SPEC_VARIABLES.includes(name) && value !== undefined
    );
    if (variable?.value === undefined) continue;
    try {
      siblings.set(container.name, parseSpec(variable.value, variable.name));
    } catch (error) {
      if (!(error instanceof KoordinatorError)) throw error;
    }
  }
  return siblings;
}

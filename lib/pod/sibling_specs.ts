import { KoordinatorError } from "../errors.ts";
import { parseSpec } from "../spec/parse.ts";
import type { Spec } from "../spec/spec.ts";
import { expand } from "./expansion.ts";
import type { ContainerSpec, Pod } from "./pod.ts";

/** The specs of all containers under koordinator, as the pod's own manifest has them, by name. */
export type Siblings = ReadonlyMap<string, Spec>;

const SPEC_VARIABLES: readonly string[] = ["KOORDINATOR_SPEC", "KOOORDINATOR_SPEC"];

/**
 * The specs of a pod's containers, read from its own manifest. One that is no spec counts as none: that
 * container ends by itself with exit code 125. So does that of a container whose command is not
 * koordinator: nobody acts by it.
 */
export function readSiblings(pod: Pod): Siblings {
  const siblings = new Map<string, Spec>();
  for (const container of [...pod.spec?.initContainers ?? [], ...pod.spec?.containers ?? []]) {
    const variable = specOf(container);
    if (variable === undefined || container.isBare === true) continue;
    try {
      siblings.set(container.name, parseSpec(variable.value, variable.name));
    } catch (error) {
      if (!(error instanceof KoordinatorError)) throw error;
    }
  }
  return siblings;
}

/** Whether a container's manifest holds a spec. */
export function hasSpec(container: ContainerSpec): boolean {
  return specOf(container) !== undefined;
}

/** Whether a container's supervisor is told by its manifest how to find out that the command is ready. */
export function isCheckedBySupervisor({ env }: ContainerSpec): boolean {
  return env?.some(({ name }) => name === "KOORDINATOR_READINESS") ?? false;
}

function specOf(
  { env }: ContainerSpec,
): { readonly name: string; readonly value: string } | undefined {
  // What refers to a variable that is not in the manifest stays as it is, and is no spec.
  const before = new Map<string, string>();
  for (const { name, value } of env ?? []) {
    if (value === undefined) {
      before.delete(name);
      continue;
    }
    const expanded = expand(value, (other) => before.get(other));
    if (SPEC_VARIABLES.includes(name) && expanded.trim() !== "") return { name, value: expanded };
    before.set(name, expanded);
  }
  return undefined;
}

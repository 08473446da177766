import type { ContainerTemplate, PodTemplate, SpecSource, SpecText } from "../manifest/workload.ts";
import { DEFAULT_SPEC, type Spec } from "../spec/spec.ts";

/** A container whose command koordinator launches, by a spec that can be judged. */
export interface Wrapped {
  readonly container: ContainerTemplate;
  readonly spec: Spec;
  /** Where the spec stands; undefined if the container has none, which asks for nothing. */
  readonly source: SpecSource | undefined;
  /** Whether koordinator is still to be put there, as an annotation asks. */
  readonly injected: boolean;
}

/** The text of a container's spec, where koordinator acts by it, or is to. */
export function specTextOf({ supervision }: ContainerTemplate): SpecText | undefined {
  return supervision.kind === "inFront" || supervision.kind === "annotated"
    ? supervision.spec
    : undefined;
}

/** A container's own; undefined if koordinator is not in front of its command, or its spec is unknown. */
export function wrappedOf(container: ContainerTemplate): Wrapped | undefined {
  const text = specTextOf(container);
  const injected = container.supervision.kind === "annotated";
  if (text?.kind === "absent") {
    return { container, spec: DEFAULT_SPEC, source: undefined, injected };
  }
  if (text?.kind !== "valid") return undefined;
  return { container, spec: text.spec, source: text.source, injected };
}

/** All of a pod, in the kubelet's order. */
export function allWrapped({ containers }: PodTemplate): readonly Wrapped[] {
  return containers.flatMap((container) => wrappedOf(container) ?? []);
}

/** A container by its name. */
export function containerOf(
  { containers }: PodTemplate,
  name: string,
): ContainerTemplate | undefined {
  return containers.find((container) => container.name === name);
}

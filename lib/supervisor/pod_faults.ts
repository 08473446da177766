import { type Container, findContainer, notInPod } from "../pod/container.ts";
import type { Pod } from "../pod/pod.ts";
import { hasSpec, isCheckedBySupervisor } from "../pod/sibling_specs.ts";
import type { Spec } from "../spec/spec.ts";
import { log } from "./effects.ts";
import type { Effect } from "./events.ts";
import type { Observations } from "./observations.ts";
import type { Context } from "./state.ts";
import { budgetFault } from "./stop.ts";

/**
 * What is wrong between the spec, the pod and its other containers: told once, when the pod's manifest is
 * first seen, whether the command is held back then or runs.
 */
export function podFaults(
  spec: Spec,
  before: Observations,
  known: Observations,
): readonly Effect[] {
  const { pod } = known;
  if (before.pod?.spec !== undefined || pod?.spec === undefined) return [];
  const budget = budgetFault(spec, pod);
  return [
    ...unknownStops(spec, pod).map((fault) => log("error", "podFault", fault)),
    ...[...unprobed(spec, known, pod), ...bare(known, pod), ...budget === undefined ? [] : [budget]]
      .map((fault) => log("warning", "podFault", fault)),
  ];
}

/**
 * Where there is no API server, the sibling's own word that `ready` comes of no check: told once, when it
 * first says that it is ready.
 */
export function uncheckedFaults(
  { spec, sources }: Context,
  before: Observations,
  known: Observations,
): readonly Effect[] {
  if (sources.api) return [];
  const isUnchecked = ({ reports }: Observations, name: string) =>
    reports.get(name)?.ready === true && reports.get(name)?.checked === false;
  return spec.startDeps.flatMap((dependency) => {
    if (dependency.kind !== "container" || dependency.until !== "ready") return [];
    const { container } = dependency;
    if (!isUnchecked(known, container) || isUnchecked(before, container)) return [];
    return [
      log(
        "warning",
        "podFault",
        `start dependency ${container} has no readiness check: it counts as ready as soon as it ` +
          "runs; the key `readiness` of its spec says how to check it",
      ),
    ];
  });
}

/** It would never hold: the command runs all the same, since what it is there for may be well. */
function unknownStops(spec: Spec, pod: Pod): readonly string[] {
  return spec.stopDeps
    .filter(({ container }) => findContainer(pod, container) === undefined)
    .map(({ container }) =>
      `stop dependency ${container} never holds: ${notInPod(pod, container)}`
    );
}

function unprobed(spec: Spec, { siblings }: Observations, pod: Pod): readonly string[] {
  return spec.startDeps.flatMap((dependency) => {
    if (dependency.kind !== "container" || dependency.until !== "ready") return [];
    const container = findContainer(pod, dependency.container);
    if (container === undefined || tellsReadiness(container)) return [];
    if (siblings.get(container.name)?.readiness !== undefined) return [];
    return [
      `start dependency ${container.name} has no readiness probe: ` +
      "it counts as ready as soon as it runs",
    ];
  });
}

function tellsReadiness({ spec, init }: Container): boolean {
  return spec.readinessProbe !== undefined || spec.startupProbe !== undefined ||
    isCheckedBySupervisor(spec) || init && spec.restartPolicy !== "Always";
}

function bare({ self }: Observations, pod: Pod): readonly string[] {
  return [...pod.spec?.initContainers ?? [], ...pod.spec?.containers ?? []]
    .filter((container) =>
      container.name !== self && container.isBare === true && hasSpec(container)
    )
    .map(({ name }) =>
      `container ${name} has a spec and its command is not koordinator: nobody reads the spec`
    );
}

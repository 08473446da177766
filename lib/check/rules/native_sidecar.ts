import { DEFAULT_SPEC, type Spec } from "../../spec/spec.ts";
import { placeIn } from "../dependencies.ts";
import type { Finding, Rule } from "../finding.ts";
import { allWrapped, specTextOf, type Wrapped } from "../wrapped.ts";

/**
 * native-sidecar-would-do: the kubelet starts a native sidecar before the others, waits for its startup
 * probe, and ends it after them. Said only where koordinator does no more for any container of the pod.
 */
export const nativeSidecarWouldDo: Rule = ({ pod }) => {
  const mains = pod.containers.filter(({ role }) => role === "main");
  const isKnown = pod.containers.every((container) =>
    ["absent", "valid", undefined].includes(specTextOf(container)?.kind)
  );
  if (!isKnown || mains.length < 2) return [];
  const wrapped = allWrapped(pod);
  const sidecars = wrapped.filter((each) => isPlainSidecar(each));
  const names = new Set(sidecars.map(({ container }) => container.name));
  const served = mains.filter(({ name }) => !names.has(name));
  const servesAll = ({ spec }: Wrapped) =>
    served.length > 0 &&
    (served.length === 1 || spec.stopWhen === "all") &&
    spec.stopDeps.length === served.length &&
    served.every(({ name }) => spec.stopDeps.some(({ container }) => container === name));
  const replaced = sidecars.every(servesAll) &&
    wrapped.every((each) => names.has(each.container.name) || asksOnlyFor(each.spec, sidecars));
  if (!replaced) return [];
  return sidecars.map((sidecar): Finding => ({
    rule: "native-sidecar-would-do",
    severity: "note",
    message:
      `a native sidecar does for ${sidecar.container.name} what koordinator does in this pod`,
    hint: "move it to initContainers with restartPolicy: Always (Kubernetes 1.29 or newer)",
    ...placeIn(sidecar),
  }));
};

/** It stops when others have ended for good, and that is all. */
function isPlainSidecar({ container, spec }: Wrapped): boolean {
  return container.role === "main" && spec.stopDeps.length > 0 &&
    spec.stopDeps.every(({ when, exitCode }) => when === "final" && exitCode === undefined) &&
    isDefaultBut(spec, ["stopDeps", "stopWhen", "termTimeout"]);
}

/** It waits for such a sidecar, whose startup probe the kubelet waits for; and that is all. */
function asksOnlyFor(spec: Spec, sidecars: readonly Wrapped[]): boolean {
  return isDefaultBut(spec, ["startDeps"]) &&
    spec.startDeps.every((dependency) =>
      dependency.kind === "container" &&
      (dependency.until === "ready" || dependency.until === "started") &&
      sidecars.some(({ container }) =>
        container.name === dependency.container && container.startupProbe !== undefined
      )
    );
}

function isDefaultBut(spec: Spec, keys: readonly (keyof Spec)[]): boolean {
  const rest = (of: Spec) =>
    Object.entries(of).filter(([key]) => !keys.some((each) => each === key)).map(([key, value]) => [
      key,
      value instanceof Map ? [...value] : value,
    ]);
  return JSON.stringify(rest(spec).toSorted()) === JSON.stringify(rest(DEFAULT_SPEC).toSorted());
}

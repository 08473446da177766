import type { ContainerTemplate, Probe, Workload } from "../../manifest/workload.ts";
import { apiAccessOf } from "../api_access.ts";
import { dependenciesOf, placeIn, waitsFor } from "../dependencies.ts";
import type { Finding, Rule } from "../finding.ts";
import { readinessOf } from "../readiness_source.ts";
import { allWrapped, containerOf, specTextOf } from "../wrapped.ts";

/** no-readiness. */
export const noReadiness: Rule = (workload, surroundings) =>
  allWrapped(workload.pod).flatMap((wrapped) => {
    const access = apiAccessOf(workload, surroundings, wrapped.container);
    return dependenciesOf(wrapped).flatMap((dependency): readonly Finding[] => {
      const on = containerOf(workload.pod, dependency.container);
      if (on === undefined || on === wrapped.container) return [];
      if (dependency.kind !== "start" || dependency.until !== "ready") return [];
      // not-in-front tells of it, and its spec may say how it is ready.
      if (on.supervision.kind === "notInFront" && on.command !== undefined) return [];
      const source = readinessOf(on);
      const isUnheard = source === "probe" && access.kind === "no" && access.missing === "token" &&
        on.supervision.kind === "inFront";
      if (source !== "nobody" && !isUnheard) return [];
      return [{
        rule: "no-readiness",
        severity: "warning",
        message: isUnheard
          ? `${on.name} counts as ready as soon as it is launched: its probes are the kubelet's, and ${access.why}`
          : `${on.name} has no readiness probe: it counts as ready as soon as it runs`,
        hint: on.supervision.kind === "inFront"
          ? "write into its spec how it is ready, for example " +
            '"readiness":{"http":{"port":8080,"path":"/ready"}}'
          : "give it a readinessProbe",
        ...dependency.at,
      }];
    });
  });

/** nobody-waits: readiness is told, and tells nobody anything. */
export const nobodyWaits: Rule = (workload) => {
  const { pod } = workload;
  const isKnown = pod.containers.every((container) =>
    ["absent", "valid", undefined].includes(specTextOf(container)?.kind)
  );
  if (!isKnown) return [];
  return allWrapped(pod).flatMap((wrapped): readonly Finding[] => {
    const { container, spec } = wrapped;
    if (spec.stopDeps.length === 0 || isWaitedFor(workload, container)) return [];
    const isProbedInVain = workload.job !== undefined && container.readinessProbe !== undefined;
    if (spec.readiness === undefined && !isProbedInVain) return [];
    return [{
      rule: "nobody-waits",
      severity: "warning",
      message: `${container.name} tells when it is ready, and no container waits for it`,
      hint: `add {"startDeps":["${container.name}"]} to the spec of the container that needs it`,
      ...spec.readiness === undefined
        ? { path: [...container.path, "readinessProbe"] }
        : placeIn(wrapped, "readiness"),
    }];
  });
};

/** By its name, or by something that it may be waited for at. */
function isWaitedFor({ pod }: Workload, { name, readinessProbe }: ContainerTemplate): boolean {
  return allWrapped(pod).some(({ container, spec }) =>
    container.name !== name &&
    (waitsFor(spec, name) || spec.startDeps.some((dependency) => {
      if (dependency.kind === "container") return false;
      const port = portOf(readinessProbe);
      const asked = dependency.kind === "tcp" || dependency.kind === "http"
        ? dependency.port
        : undefined;
      return port === undefined || asked === undefined || asked === port;
    }))
  );
}

/** undefined where it asks no port, or one by a name. */
function portOf(probe: Probe | undefined): number | undefined {
  if (probe === undefined || probe.action.kind === "exec") return undefined;
  return typeof probe.action.port === "number" ? probe.action.port : undefined;
}

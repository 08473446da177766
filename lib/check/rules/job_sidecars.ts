import type { Finding, Rule } from "../finding.ts";
import { dependenciesOf } from "../dependencies.ts";
import { allWrapped, containerOf, specTextOf, wrappedOf } from "../wrapped.ts";

/** no-stop-dependency: a Job's container that others need to run, which nothing ends. */
export const noStopDependency: Rule = ({ pod, job }) => {
  if (job === undefined) return [];
  const wrapped = allWrapped(pod);
  // A call after the exit may well be what ends it.
  if (wrapped.some(({ spec }) => spec.afterExit.length > 0)) return [];
  const told = new Set<string>();
  return wrapped.filter(({ container }) => container.role === "main").flatMap((waiting) =>
    dependenciesOf(waiting).flatMap((dependency): readonly Finding[] => {
      if (dependency.kind !== "start" || !["ready", "started"].includes(dependency.until)) {
        return [];
      }
      const server = containerOf(pod, dependency.container);
      if (server === undefined || server === waiting.container || server.role !== "main") return [];
      const text = specTextOf(server);
      const own = wrappedOf(server);
      const isUnknown = text !== undefined && own === undefined ||
        server.supervision.kind === "notInFront";
      if (isUnknown || told.has(server.name)) return [];
      if ((own?.spec.stopDeps.length ?? 0) > 0) return [];
      // Who stops after it takes it for what ends by itself.
      if (waiting.spec.stopDeps.some(({ container }) => container === server.name)) return [];
      told.add(server.name);
      const { name } = waiting.container;
      return [{
        rule: "no-stop-dependency",
        severity: "warning",
        message: `nothing ends ${server.name} when ${name} has ended: the Job would never complete`,
        hint: own === undefined
          ? `put koordinator in front of ${server.name}, with the spec {"stopDeps":["${name}"]}`
          : `add "stopDeps":["${name}"] to the spec of ${server.name}`,
        path: server.path,
      }];
    })
  );
};

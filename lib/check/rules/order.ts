import type { Workload } from "../../manifest/workload.ts";
import { startsAfterEndOf } from "../../pod/start_order.ts";
import { findCycle } from "../../supervisor/cycle.ts";
import { relationsOf } from "../../supervisor/report.ts";
import { whyTooLate } from "../../supervisor/too_late.ts";
import { dependenciesOf, type Dependency } from "../dependencies.ts";
import type { Finding, Rule } from "../finding.ts";
import { podOf, viewOf } from "../supervisors_view.ts";
import { allWrapped, type Wrapped } from "../wrapped.ts";

/** cycle: each circle once, at that of its containers which stands first in the pod. */
export const cycles: Rule = (workload) => {
  const told = new Set<string>();
  return allWrapped(workload.pod).flatMap((wrapped): readonly Finding[] => {
    const { name } = wrapped.container;
    const { startDeps } = relationsOf(wrapped.spec);
    const others = startDeps.filter(({ container }) => container !== name);
    const circle = findCycle(others, viewOf(workload, name));
    // One that this container only leads into is told at its own members; one on itself by its own rule.
    if (circle === undefined || circle[0] !== name || circle.length < 3) return [];
    const members = [...new Set(circle)].toSorted().join(" ");
    if (told.has(members)) return [];
    told.add(members);
    const dependency = dependenciesOf(wrapped).find(({ container }) => container === circle[1]);
    return [{
      rule: "cycle",
      severity: "error",
      message: `the start dependencies form a cycle: ${circle.join(" -> ")}`,
      hint: "none of them is launched: each ends with 121; take one of the dependencies away",
      ...dependency?.at ?? { path: wrapped.container.path },
    }];
  });
};

/** waits-for-later: what the kubelet starts only after this init container has ended, or has started. */
export const waitsForLater: Rule = (workload) =>
  allWrapped(workload.pod).filter(({ container }) => container.role !== "main")
    .flatMap((wrapped) =>
      dependenciesOf(wrapped).flatMap((dependency): readonly Finding[] => {
        const why = whyLater(workload, wrapped, dependency);
        if (why === undefined) return [];
        const { name } = wrapped.container;
        return [{
          rule: "waits-for-later",
          severity: "error",
          message: `${dependency.called} ${dependency.container} of ${name} comes too late: ${why}`,
          hint: wrapped.container.role === "init"
            ? `make ${name} a native sidecar (restartPolicy: Always), or move it to containers`
            : `take the startup probe of ${name} away, or the dependency`,
          ...dependency.at,
        }];
      })
    );

function whyLater(
  workload: Workload,
  { container: { name, role, startupProbe } }: Wrapped,
  { kind, container }: Dependency,
): string | undefined {
  if (container === name || kind === "lastOf") return undefined;
  if (kind === "start" && role === "init") return whyTooLate(viewOf(workload, name), container);
  if (kind === "stop") {
    return startsAfterEndOf(podOf(workload), name, container)
      ? "it is started only after this init container has ended"
      : undefined;
  }
  const order = workload.pod.containers.map((each) => each.name);
  return startupProbe !== undefined && order.indexOf(container) > order.indexOf(name)
    ? `it is started only after the startup probe of ${name} has passed`
    : undefined;
}

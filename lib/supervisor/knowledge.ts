import { findContainer } from "./container.ts";
import type { Event } from "./events.ts";
import type { Pod } from "./pod.ts";
import type { Report, Reports, Siblings, Told } from "./report.ts";

/** All that has been learned of the pod. */
export interface Knowledge {
  /** The name of this container, where it is known. */
  readonly self: string | undefined;
  readonly pod: Pod | undefined;
  readonly siblings: Siblings;
  /** All that the siblings have told. */
  readonly told: ReadonlyMap<string, Told>;
  /** What is to be believed of it. */
  readonly reports: Reports;
  /** By index in `startDeps`: the tcp, http and file checks that last succeeded. */
  readonly probed: ReadonlySet<number>;
  /** Restart counts at the first observation, by container. */
  readonly restarts: ReadonlyMap<string, number>;
  /** By index in `stopDeps`: those that have held once, since an end does not un-happen. */
  readonly stopped: ReadonlySet<number>;
}

/** What is known before anything was learned. */
export function ignorance(self: string | undefined): Knowledge {
  return {
    self,
    pod: undefined,
    siblings: new Map(),
    told: new Map(),
    reports: new Map(),
    probed: new Set(),
    restarts: new Map(),
    stopped: new Set(),
  };
}

/** What is known after an event; the same object if it told nothing. */
export function learn(known: Knowledge, event: Event): Knowledge {
  switch (event.kind) {
    case "podObserved": {
      const { pod, siblings } = event;
      const reports = believe(known.told, pod);
      return { ...known, pod, siblings, reports, restarts: noteRestarts(pod, known.restarts) };
    }
    case "siblingReported": {
      const { container, report, at } = event;
      const told = new Map(known.told).set(container, { report, at });
      return { ...known, told, reports: believe(told, known.pod) };
    }
    case "dependencyProbed": {
      const probed = new Set(known.probed);
      if (event.open) probed.add(event.index);
      else probed.delete(event.index);
      return { ...known, probed };
    }
    default:
      return known;
  }
}

/**
 * A report from before the container's present start is of an earlier run, whose supervisor could not
 * take it back. The kubelet gives the start in whole seconds, rounded down, by the same clock.
 */
function believe(told: ReadonlyMap<string, Told>, pod: Pod | undefined): Reports {
  const reports = new Map<string, Report>();
  for (const [name, { report, at }] of told) {
    const container = pod === undefined ? undefined : findContainer(pod, name);
    const startedAt = container?.status?.state?.running?.startedAt;
    if (typeof startedAt === "string" && at < Date.parse(startedAt)) continue;
    reports.set(name, report);
  }
  return reports;
}

function noteRestarts(pod: Pod, before: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const restarts = new Map(before);
  for (
    const status of [
      ...pod.status?.initContainerStatuses ?? [],
      ...pod.status?.containerStatuses ?? [],
    ]
  ) {
    if (!restarts.has(status.name)) restarts.set(status.name, status.restartCount ?? 0);
  }
  return restarts;
}

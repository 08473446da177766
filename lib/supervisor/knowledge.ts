import type { Event } from "./events.ts";
import type { Pod } from "./pod.ts";
import type { Reports, Siblings } from "./report.ts";

/** All that has been learned of the pod. */
export interface Knowledge {
  /** The name of this container, where it is known. */
  readonly self: string | undefined;
  readonly pod: Pod | undefined;
  readonly siblings: Siblings;
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
      return { ...known, pod, siblings, restarts: noteRestarts(pod, known.restarts) };
    }
    case "siblingReported": {
      const reports = new Map(known.reports).set(event.container, event.report);
      return { ...known, reports };
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

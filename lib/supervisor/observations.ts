import { readSiblings, type Siblings } from "../pod/sibling_specs.ts";
import type { Event } from "./events.ts";
import { type Heard, hearEnd, hearReport, isCurrent, lastReport } from "./heard.ts";
import type { Pod } from "../pod/pod.ts";
import type { Report, Reports } from "./report.ts";
import type { Sources } from "./state.ts";

/** All that has been learned of the pod. */
export interface Observations {
  /** The name of this container, where it is known. */
  readonly self: string | undefined;
  readonly sources: Sources;
  readonly pod: Pod | undefined;
  /** Read at the first sight of the manifest, whose environment never changes. */
  readonly siblings: Siblings;
  /**
   * Whether the API server may still say what it alone knows, which is the manifest. It is not waited
   * for without end: then the state directory alone decides, until it says something after all.
   */
  readonly apiAwaited: boolean;
  /** Whether it has refused what was asked of it. */
  readonly refused: boolean;
  /** Whether siblings have had the time to be heard of. */
  readonly listened: boolean;
  /** All that the siblings have told, by container. */
  readonly told: ReadonlyMap<string, Heard>;
  /** What is to be believed of it. */
  readonly heard: ReadonlyMap<string, Heard>;
  /** The same as reports: an end that nobody told of is one that was told. */
  readonly reports: Reports;
  /** By index in `startDeps`: the tcp, http, unix and file checks that last succeeded. */
  readonly probed: ReadonlySet<number>;
  /** By index in `startDeps`: what keeps those checks shut that did not. */
  readonly shut: ReadonlyMap<number, string>;
  /** Restart counts at the first observation, by container. */
  readonly restarts: ReadonlyMap<string, number>;
  /**
   * By index in `stopDeps`: those that hold, `final` for as long as nothing speaks against it and the
   * others for good, since an end does not un-happen; and the code of a failure that a new run may follow.
   */
  readonly stopped: ReadonlyMap<number, number | undefined>;
}

/** What is known before anything was learned. */
export function nothingObserved(
  { self, sources }: { readonly self: string | undefined; readonly sources: Sources },
): Observations {
  return {
    self,
    sources,
    pod: undefined,
    siblings: new Map(),
    apiAwaited: sources.api,
    refused: false,
    listened: false,
    told: new Map(),
    heard: new Map(),
    reports: new Map(),
    probed: new Set(),
    shut: new Map(),
    restarts: new Map(),
    stopped: new Map(),
  };
}

/** What is known after an event; the same object if it told nothing. */
export function learn(known: Observations, event: Event): Observations {
  switch (event.kind) {
    case "podObserved": {
      const { pod } = event;
      const first = known.pod?.spec === undefined && pod.spec !== undefined;
      const siblings = first ? readSiblings(pod) : known.siblings;
      return believe({ ...known, pod, siblings, restarts: noteRestarts(pod, known.restarts) });
    }
    case "siblingReported":
      return hear(known, event.container, (heard) => hearReport(heard, event.report, event.at));
    case "siblingEnded":
      return hear(known, event.container, (heard) => hearEnd(heard, event.exitCode, event.last));
    case "dependencyProbed": {
      const probed = new Set(known.probed);
      const shut = new Map(known.shut);
      probed.delete(event.index);
      shut.delete(event.index);
      if (event.open) probed.add(event.index);
      else shut.set(event.index, event.why);
      return { ...known, probed, shut };
    }
    case "apiRefused":
      return { ...known, refused: true };
    case "timerFired":
      switch (event.timer) {
        case "api":
          return { ...known, apiAwaited: false };
        case "listening":
          return { ...known, apiAwaited: false, listened: true };
        case "newRun":
          return believe({ ...known, told: withoutNewRun(known.told) });
        default:
          return known;
      }
    default:
      return known;
  }
}

function hear(
  known: Observations,
  name: string,
  change: (heard: Heard | undefined) => Heard,
): Observations {
  return believe({ ...known, told: new Map(known.told).set(name, change(known.told.get(name))) });
}

function believe(known: Observations): Observations {
  const heard = new Map([...known.told].filter(([name, told]) => isCurrent(name, told, known.pod)));
  const reports = new Map<string, Report>();
  for (const [name, told] of heard) {
    const report = lastReport(told);
    if (report !== undefined) reports.set(name, report);
  }
  return { ...known, heard, reports };
}

function withoutNewRun(told: ReadonlyMap<string, Heard>): ReadonlyMap<string, Heard> {
  return new Map([...told].map(([name, heard]) => [
    name,
    heard.end === undefined ? heard : { ...heard, overdue: true },
  ]));
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

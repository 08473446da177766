import type { Spec } from "../../lib/spec/spec.ts";
import type { SignalName } from "../../lib/spec/signal.ts";
import type { Phase } from "../../lib/supervisor/report.ts";
import type { Pod } from "../../lib/pod/pod.ts";
import { pod, ready } from "../../tools/scripted_cluster/pods.ts";
import { report } from "./reports.ts";
import { type Happening, START } from "./timeline.ts";

/** A sidecar `side` that serves `main`. */
export const SERVES: Partial<Spec> = { stopDeps: [{ container: "main", when: "final" }] };

const NAMES = ["main", "side"];
const CONTAINERS = NAMES.map((name) => ({ name, readinessProbe: {} }));

/** The pod of the two, as the API server tells of it. */
export function seen(change: (pod: Pod) => Pod = (pod) => pod): Happening {
  const plain = pod(NAMES.map(ready), { restartPolicy: "Always", containers: CONTAINERS });
  const observed = change(plain);
  return (at) => ({ kind: "podObserved", pod: observed, at });
}

/**
 * The same pod, being deleted.
 *
 * @param request when that was asked for, in milliseconds of the timeline by the API server's clock
 * @param grace in seconds
 */
export function deleted(request: number, grace = 30): Happening {
  return seen((plain) => ({
    ...plain,
    metadata: {
      ...plain.metadata,
      deletionTimestamp: new Date(START + request + grace * 1_000).toISOString(),
      deletionGracePeriodSeconds: grace,
    },
  }));
}

/** The kubelet's signal, or anybody's. */
export function signalled(signal: SignalName): Happening {
  return (at) => ({ kind: "signalled", signal, at });
}

/** What the supervisor of `main` tells. */
export function mainIs(phase: Phase): Happening {
  return (at) => ({ kind: "siblingReported", container: "main", report: report(phase), at });
}

/** The command's end. */
export function exited(code: number, inGroup = false): Happening {
  const left = { inGroup, asChildren: false };
  return () => ({ kind: "childExited", end: { kind: "exited", code }, left });
}

/** `main` runs, under a supervisor of its own. */
export const BOTH_RUN: readonly (readonly [number, Happening])[] = [
  [0, seen()],
  [0, mainIs({ phase: "running" })],
];

import type { Path, Probe, Workload } from "../../manifest/workload.ts";
import { type Duration, formatDuration, milliseconds, seconds } from "../../spec/duration.ts";
import type { Finding, Rule } from "../finding.ts";
import { allWrapped, containerOf, type Wrapped } from "../wrapped.ts";

/**
 * How long a command may be held back before anybody wonders, where nothing in the manifest says more: an
 * image has to be pulled and a server to come up.
 */
const USUAL_WAIT = seconds(60);

/** probe-kills-held: nobody answers a probe while the command is held back. */
export const probesKillHeld: Rule = (workload) =>
  hastyProbes(workload).map(
    ({ wrapped: { container, spec }, kind, path, patience, wait }): Finding => ({
      rule: "probe-kills-held",
      severity: "warning",
      message: `the ${kind} has the kubelet kill ${container.name} after ${
        formatDuration(patience)
      }, and koordinator may hold its command back for ${formatDuration(wait)}${
        spec.startTimeout === undefined ? " or longer" : " (startTimeout)"
      }`,
      hint: kind === "startupProbe"
        ? "raise its failureThreshold"
        : "give it a startupProbe with a large failureThreshold: exec: " +
          "{command: [/koordinator/koordinator, probe]}",
      path,
    }),
  );

/** A probe that may lose its patience while koordinator holds a command back. */
export interface HastyProbe {
  readonly wrapped: Wrapped;
  readonly kind: "livenessProbe" | "startupProbe";
  readonly path: Path;
  readonly patience: Duration;
  /** How long the command may be held back. */
  readonly wait: Duration;
}

/** The probes of a pod whose patience is shorter than what they may have to wait for. */
export function hastyProbes(workload: Workload): readonly HastyProbe[] {
  return allWrapped(workload.pod).flatMap((wrapped): readonly HastyProbe[] => {
    const { container, spec } = wrapped;
    if (spec.startDeps.length === 0) return [];
    // Behind a startup probe the others do not begin before it has passed.
    const kind = container.startupProbe === undefined ? "livenessProbe" : "startupProbe";
    const probe = container[kind];
    if (probe === undefined) return [];
    const patience = patienceOf(probe);
    const wait = spec.startTimeout ?? longestWait(workload, wrapped);
    if (patience >= wait) return [];
    return [{ wrapped, kind, path: [...container.path, kind], patience, wait }];
  });
}

function patienceOf({ initialDelay, period, failureThreshold }: Probe): Duration {
  return milliseconds(initialDelay + period * failureThreshold);
}

/** At least what the manifest itself lets those take that are waited for. */
function longestWait({ pod }: Workload, { spec }: Wrapped): Duration {
  const starts = spec.startDeps.flatMap((dependency): readonly Duration[] => {
    if (dependency.kind !== "container") return [];
    const startup = containerOf(pod, dependency.container)?.startupProbe;
    return startup === undefined ? [] : [patienceOf(startup)];
  });
  return milliseconds(Math.max(USUAL_WAIT, ...starts));
}

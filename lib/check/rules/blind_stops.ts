import type { Workload } from "../../manifest/workload.ts";
import { formatDuration, milliseconds, seconds } from "../../spec/duration.ts";
import { apiAccessOf } from "../api_access.ts";
import { placeIn } from "../dependencies.ts";
import type { Finding, Rule, Surroundings } from "../finding.ts";
import { allWrapped, containerOf, type Wrapped } from "../wrapped.ts";

/** What a supervisor takes a grace period for that nobody tells it (lib/supervisor/deadline.ts). */
const ASSUMED_GRACE = seconds(30);

/** How long a supervisor looks for evidence that the whole pod is being terminated. */
const EVIDENCE = seconds(1);

/** Those that stop after others, and may not ask the API server how the pod is ended. */
function blindSidecars(workload: Workload, surroundings: Surroundings): readonly Wrapped[] {
  return allWrapped(workload.pod).filter(({ container, spec }) =>
    spec.stopDeps.length > 0 && apiAccessOf(workload, surroundings, container).kind === "no"
  );
}

/** unknown-grace-period: too long a hold ends with a kill, too short a one out of order. */
export const unknownGracePeriod: Rule = (workload, surroundings) => {
  const grace = workload.pod.terminationGracePeriod;
  if (grace === ASSUMED_GRACE) return [];
  return blindSidecars(workload, surroundings)
    .filter(({ container, injected }) =>
      !injected && !container.env.some(({ name }) => name === "KOORDINATOR_GRACE_PERIOD")
    )
    .map((wrapped): Finding => ({
      rule: "unknown-grace-period",
      severity: "warning",
      message: `${wrapped.container.name} takes the grace period for 30s, and it is ${
        formatDuration(grace)
      }: it may be ${grace < ASSUMED_GRACE ? "killed untold" : "told to stop before its turn"}`,
      hint: `set KOORDINATOR_GRACE_PERIOD to ${grace / 1_000}`,
      ...placeIn(wrapped, "stopDeps"),
    }));
};

/** unseen-pre-stop: while its hook runs, a container's supervisor has not been told anything. */
export const unseenPreStop: Rule = (workload, surroundings) =>
  blindSidecars(workload, surroundings).flatMap((wrapped): readonly Finding[] => {
    const { container, spec } = wrapped;
    const served = spec.stopDeps.flatMap(({ container }) =>
      containerOf(workload.pod, container) ?? []
    );
    // Of a hook that is no sleep nobody knows how long it takes.
    const patience = container.preStop === undefined
      ? EVIDENCE
      : container.preStop === 0
      ? Infinity
      : milliseconds(container.preStop + EVIDENCE);
    const isUnseen = served.length > 0 &&
      served.every(({ preStop }) =>
        preStop !== undefined && (preStop === 0 ? patience < Infinity : preStop > patience)
      );
    const [first] = served;
    if (!isUnseen || first === undefined) return [];
    return [{
      rule: "unseen-pre-stop",
      severity: "warning",
      message:
        `when the pod is deleted, ${container.name} is told to stop while ${first.name} is still in its preStop hook, which the API server alone tells`,
      hint:
        `give ${first.name} a stopDelay in place of a hook that sleeps, or ${container.name} the same hook`,
      ...placeIn(wrapped, "stopDeps", 0, "container"),
    }];
  });

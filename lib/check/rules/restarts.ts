import { copiedTo } from "../../manifest/executable.ts";
import type { ContainerTemplate, Workload } from "../../manifest/workload.ts";
import { findContainer } from "../../pod/container.ts";
import { isFinalEnd } from "../../pod/restart_policy.ts";
import { apiAccessOf } from "../api_access.ts";
import { dependenciesOf, type Dependency, placeIn } from "../dependencies.ts";
import type { Finding, Rule } from "../finding.ts";
import { podOf } from "../supervisors_view.ts";
import { allWrapped, containerOf, wrappedOf } from "../wrapped.ts";

/** restarts-for-ever: an end is asked for that never comes, or that is followed by the same again. */
export const restartsForEver: Rule = (workload) => [
  ...endlessInJob(workload),
  ...failedAgain(workload),
  ...allWrapped(workload.pod).flatMap((wrapped) =>
    dependenciesOf(wrapped).flatMap((dependency): readonly Finding[] => {
      const on = containerOf(workload.pod, dependency.container);
      const why = on === undefined || on.name === wrapped.container.name
        ? undefined
        : whyEndless(workload, dependency, on);
      if (why === undefined) return [];
      return [{
        rule: "restarts-for-ever",
        severity: why.severity,
        message: `${dependency.called} ${dependency.container}: ${why.message}`,
        hint: why.hint,
        ...dependency.at,
      }];
    })
  ),
];

/** A Job is complete once all containers have ended, sidecars that are not native included. */
function endlessInJob({ job, pod }: Workload): readonly Finding[] {
  if (job === undefined || allWrapped(pod).length === 0) return [];
  return pod.containers
    .filter(({ role, restartPolicy }) => role === "main" && restartPolicy === "Always")
    .map(({ name, path }) => ({
      rule: "restarts-for-ever",
      severity: "error",
      message: `the kubelet starts ${name} again after every end: the Job never ends`,
      hint: `take restartPolicy out of ${name}, or make it an init container: a native sidecar`,
      path: [...path, "restartPolicy"],
    }));
}

/**
 * Under OnFailure a code that counts as a failure is followed by a new run, which finds its stop
 * dependency met, launches nothing and ends with the same code.
 */
function failedAgain({ pod }: Workload): readonly Finding[] {
  return allWrapped(pod).flatMap((wrapped) => {
    const { container: { name, restartPolicy }, spec } = wrapped;
    if ((restartPolicy ?? pod.restartPolicy) !== "OnFailure") return [];
    const index = spec.stopDeps.findIndex(({ exitCode }) =>
      (exitCode ?? spec.terminatedByStopDepExitCode) > 0
    );
    const failing = spec.stopDeps[index];
    if (failing === undefined) return [];
    return [{
      rule: "restarts-for-ever",
      severity: "error",
      message: `${name} ends with ${
        failing.exitCode ?? spec.terminatedByStopDepExitCode
      } once it is stopped: under OnFailure the kubelet starts it again, only for the same end`,
      hint: "let it end with 0, which is the default, or set restartPolicy to Never",
      ...failing.exitCode === undefined
        ? placeIn(wrapped, "terminatedByStopDepExitCode")
        : placeIn(wrapped, "stopDeps", index, "exitCode"),
    }];
  });
}

type Why = Pick<Finding, "severity" | "message"> & { readonly hint: string };

function whyEndless(
  workload: Workload,
  dependency: Dependency,
  on: ContainerTemplate,
): Why | undefined {
  const asksForEnd = dependency.kind === "start"
    ? dependency.until === "succeeded" || dependency.until === "terminated"
    : true;
  if (!asksForEnd) return undefined;
  if (wrappedOf(on)?.spec.restart.policy === "always") {
    return {
      severity: "error",
      message: `its own spec launches it again after every end (restart.policy is "always")`,
      hint: `take restart out of the spec of ${on.name}, or the dependency`,
    };
  }
  if (isEverFinal(workload, on)) return undefined;
  if (dependency.kind === "start") {
    return {
      severity: "warning",
      message: "the kubelet starts it again after every end, for as long as the pod lives",
      hint: `make ${on.name} an init container: it runs once, before the others`,
    };
  }
  if (dependency.kind === "stop" && dependency.when !== "final") return undefined;
  if (on.role === "nativeSidecar") {
    return {
      severity: "warning",
      message: "a native sidecar ends after all others, so its end ends nothing",
      hint: "name the main container, or take the dependency away",
    };
  }
  // Where pods live on, a stop dependency is for the order on deletion; a default may not have been meant.
  return workload.kind === "Pod" && !isWritten(workload, "restartPolicy")
    ? {
      severity: "note",
      message: "under restartPolicy Always it ends for good only when the pod is deleted",
      hint:
        "if it ends by itself and this one is to follow, set restartPolicy to Never or OnFailure",
    }
    : undefined;
}

/** Whether the author has written this key of the pod, and not Kubernetes' default. */
function isWritten({ locate }: Workload, key: string): boolean {
  const [own, holder] = [locate(["spec", key]).start, locate(["spec"]).start];
  return own.line !== holder.line || own.column !== holder.column;
}

function isEverFinal(workload: Workload, { name }: ContainerTemplate): boolean {
  const pod = podOf(workload);
  const container = findContainer(pod, name);
  return container !== undefined && isFinalEnd(pod, container, 0);
}

const RESTART_ALL = "RestartAllContainers";

/** restart-all-containers: where somebody in the pod goes by ends. */
export const restartAllContainers: Rule = (workload, surroundings) => {
  const { pod } = workload;
  const goingByEnds = allWrapped(pod).filter((wrapped) => dependenciesOf(wrapped).length > 0);
  const isUntold =
    goingByEnds.some(({ container }) =>
      apiAccessOf(workload, surroundings, container).kind === "no"
    ) && !pod.containers.some((container) => copiedTo(pod, container) !== undefined);
  if (goingByEnds.length === 0) return [];
  return pod.containers
    .filter(({ restartPolicyRules }) =>
      restartPolicyRules.some(({ action }) => action === RESTART_ALL)
    )
    .map(({ name, path }) => ({
      rule: "restart-all-containers",
      severity: isUntold ? "warning" : "note",
      message: isUntold
        ? `${name} may have all containers restarted, and without the API server nobody can tell the runs before from those after`
        : `an end of ${name} that its rule ${RESTART_ALL} answers is nobody's last one: all containers run again`,
      ...isUntold
        ? { hint: "bring koordinator by an init container, whose copy empties the state directory" }
        : {},
      path: [...path, "restartPolicyRules"],
    }));
};

import type { PlayedPod } from "./played_pod.ts";
import type { PodState } from "./pod_state.ts";
import type { PodPhase } from "./kubelet.ts";

/** What a Job makes of the end of one of its pods. */
export type JobAnswer =
  | "complete"
  /** It makes a new pod, after a pause; the failure counts, or does not. */
  | "retry"
  | "retryUncounted"
  | "fail";

/**
 * What a Job makes of a pod that has ended, by its `podFailurePolicy` and `backoffLimit`.
 * https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-failure-policy
 *
 * @param failures how many failures have counted before
 */
export function answerOfJob(
  { job, containers }: PlayedPod,
  phase: PodPhase,
  { containers: states }: PodState,
  failures: number,
): JobAnswer {
  if (phase === "Succeeded") return "complete";
  const ends = containers.map(({ name, role }, index) => ({
    name,
    role,
    code: states[index]?.exitCode ?? 0,
  }));
  for (const { action, onExitCodes } of job?.podFailurePolicy ?? []) {
    if (onExitCodes === undefined) continue;
    const { containerName, operator, values } = onExitCodes;
    const holds = ends.some(({ name, code }) =>
      (containerName === undefined || containerName === name) && code !== 0 &&
      values.includes(code) === (operator === "In")
    );
    if (!holds) continue;
    if (action === "FailJob" || action === "FailIndex") return "fail";
    if (action === "Ignore") return "retryUncounted";
    break;
  }
  return failures < (job?.backoffLimit ?? 0) ? "retry" : "fail";
}

/** The pause before a Job makes its next pod, in milliseconds: 10 s, 20 s... up to 10 minutes. */
export function jobBackoff(failures: number): number {
  return failures < 1 ? 0 : Math.min(600_000, 10_000 * 2 ** (failures - 1));
}

import type { Spec } from "../spec/spec.ts";
import { judgeStop } from "./conditions.ts";
import { gracePeriod, LAST_MOMENT } from "./deadline.ts";
import type { Observations } from "./observations.ts";
import type { Pod } from "../pod/pod.ts";
import type { StopCode } from "./state.ts";

/** What the stop dependencies come to. */
export interface StopVerdict {
  /** By index: those that hold or have held. */
  readonly stopped: Observations["stopped"];
  /** The containers that end the command, named for the log; undefined while it may run on. */
  readonly met: string | undefined;
  /** The exit code after a stop in time. */
  readonly code: StopCode;
}

/**
 * Judges all stop dependencies of a spec together.
 *
 * @param terminating whether this container was told to end
 */
export function judgeStops(spec: Spec, known: Observations, terminating: boolean): StopVerdict {
  const stopped = new Map(known.stopped);
  for (const [index, { container, when }] of spec.stopDeps.entries()) {
    // An end does not un-happen, but what was taken for the last one may turn out not to be it.
    if (stopped.has(index) && when !== "final") continue;
    const { holds, failure } = judgeStop(known, container, when, terminating);
    if (holds) stopped.set(index, failure);
    else stopped.delete(index);
  }
  const count = spec.stopDeps.length;
  const met = count > 0 && (spec.stopWhen === "any" ? stopped.size > 0 : stopped.size === count);
  const holding = spec.stopDeps.filter((_, index) => stopped.has(index));
  return {
    stopped,
    met: met ? holding.map(({ container }) => container).join(", ") : undefined,
    code: codeAfterStop(spec, holding, [...stopped.values()]),
  };
}

/**
 * A failed container of which nobody knows whether it runs again may need this one then. The kubelet
 * restarts what ends with a failure wherever it restarts that container; where it restarts neither, the
 * pod has failed anyway.
 */
function codeAfterStop(
  spec: Spec,
  holding: Spec["stopDeps"],
  failures: readonly (number | undefined)[],
): StopCode {
  const own = holding.find(({ exitCode }) => exitCode !== undefined)?.exitCode;
  return own === undefined
    ? {
      code: spec.terminatedByStopDepExitCode,
      insteadOfZero: failures.find((code) => code !== undefined),
    }
    : { code: own, insteadOfZero: undefined };
}

/** The exit code of a container whose command ended with `own`, after a stop in time. */
export function exitCodeAfterStop({ code, insteadOfZero = 0 }: StopCode, own: number): number {
  return (code < 0 ? own : code) || insteadOfZero;
}

/** What is wrong with a spec's times in a pod of this grace period; undefined if they fit. */
export function budgetFault(spec: Spec, pod: Pod): string | undefined {
  const grace = gracePeriod({ pod, sources: {} });
  const ordered = spec.stopDeps.length > 0;
  const needed = spec.stopDelay + (ordered ? spec.termTimeout : LAST_MOMENT);
  if (needed <= grace || (spec.stopDelay === 0 && !ordered)) return undefined;
  const parts = ordered ? "stopDelay and termTimeout need" : "stopDelay and the stop itself need";
  return `${parts} ${needed / 1000} s, terminationGracePeriodSeconds is ${grace / 1000}: ` +
    "the kubelet may kill the command before its time";
}

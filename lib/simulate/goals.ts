import type { Kubelet } from "./kubelet.ts";
import type { OrderedSteps } from "./ordered_steps.ts";
import { isToEnd, type PlayedPod } from "./played_pod.ts";
import type { PodState } from "./pod_state.ts";
import type { Fault } from "./verdict.ts";

/** What a pod must be able to come to from each of its states. */
export interface Goal {
  /** What is wrong where it cannot. */
  readonly fault: Fault;
  readonly isReached: (state: PodState) => boolean;
}

/** Its end; of a pod that has none, that no command is held back for ever. */
export function goalsOf(pod: PlayedPod, kubelet: Kubelet): readonly Goal[] {
  if (isToEnd(pod)) {
    return [{ fault: { kind: "hangs", container: undefined }, isReached: kubelet.isOver }];
  }
  return pod.containers.flatMap(({ supervisor }, container): readonly Goal[] =>
    supervisor === undefined || supervisor.context.spec.startDeps.length === 0 ? [] : [{
      fault: { kind: "heldForever", container },
      isReached: ({ containers }) => containers[container]?.supervision?.state.phase !== "waiting",
    }]
  );
}

/** All states that follow one were gone through, or so many that it was given up. */
export interface Outlook {
  /** The goals that none of them reaches; undefined: it is not known. */
  readonly missed: readonly Goal[] | undefined;
  readonly states: number;
}

/** Which goals can be reached from a state of a pod that nobody deletes. */
export function lookAhead(
  { from, key }: OrderedSteps,
  start: PodState,
  goals: readonly Goal[],
  limit: number,
): Outlook {
  const known = new Set([key(start)]);
  const states = [start];
  let missed = goals;
  for (const state of states) {
    missed = missed.filter(({ isReached }) => !isReached(state));
    if (missed.length === 0) break;
    for (const { after } of from(state, { deletion: false, outages: false })) {
      const word = key(after);
      if (known.has(word)) continue;
      if (states.length >= limit) return { missed: undefined, states: states.length };
      known.add(word);
      states.push(after);
    }
  }
  return { missed, states: states.length };
}

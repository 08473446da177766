import { goalsOf, lookAhead } from "./goals.ts";
import type { OrderedSteps } from "./ordered_steps.ts";
import type { PlayedPod } from "./played_pod.ts";
import type { PodEvent } from "./pod_event.ts";
import type { PodState } from "./pod_state.ts";
import { createRandom } from "./seeded.ts";
import type { Close } from "./story.ts";
import { type Fault, judgeStep } from "./verdict.ts";

/** How many random orders are gone through. */
export interface WalkOptions {
  readonly walks: number;
  readonly seed: number;
  readonly deletion: boolean;
  readonly outages: boolean;
  /** No more states than that are looked at in a search of all orders. */
  readonly limit: number;
}

/** No order is followed further than that: a pod may restart without end. */
const LONGEST = 2_000;

/** After so many events that lead to nothing new, it may be a circle. */
const NOTHING_NEW = 40;

/** What follows from there is few states as a rule: more than this part of the limit is not worth it. */
const SHARE_OF_OUTLOOKS = 0.25;

/**
 * Goes through random orders of events. Where one comes to nothing new any more, all that can follow is
 * gone through, if that is not too much.
 *
 * @param steps those of the pod
 * @returns how many
 */
export function walk(
  pod: PlayedPod,
  { walks, seed, deletion, outages, limit }: WalkOptions,
  note: (fault: Fault, events: readonly PodEvent[], close?: Close) => void,
  steps: OrderedSteps,
): number {
  const { kubelet } = steps.model;
  const judge = judgeStep(pod, kubelet.phase);
  const goals = goalsOf(pod, kubelet);
  const random = createRandom(seed);
  let left = limit * SHARE_OF_OUTLOOKS;
  for (let count = 0; count < walks; count++) {
    const events: PodEvent[] = [];
    const known = new Set<string>();
    let state = steps.initial;
    let old = 0;
    while (events.length < LONGEST && old < NOTHING_NEW) {
      const next = steps.from(state, { deletion, outages });
      const step = next[Math.floor(random() * next.length)];
      if (step === undefined) break;
      const { event, after } = step;
      events.push(event);
      for (const fault of judge(state, event, after)) note(fault, [...events]);
      state = after;
      const key = steps.key(state);
      old = known.has(key) ? old + 1 : 0;
      known.add(key);
      if (old === NOTHING_NEW && !canGoOn(state, events, "circle")) break;
    }
    if (!kubelet.isOver(state) && old < NOTHING_NEW) canGoOn(state, events, undefined);
  }
  return walks;

  /** Whether it can come to all that it must be able to come to, as far as is seen. */
  function canGoOn(
    state: PodState,
    events: readonly PodEvent[],
    close: Close | undefined,
  ): boolean {
    if (state.deletion !== undefined || left <= 0) return true;
    const { missed = [], states } = lookAhead(steps, state, goals, left);
    left -= states;
    for (const { fault } of missed) {
      note(fault, events, close ?? (states === 1 ? "standstill" : "circle"));
    }
    return missed.length === 0;
  }
}

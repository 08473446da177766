import type { Model } from "./model.ts";
import { createSteps, type OrderedSteps } from "./ordered_steps.ts";
import type { PlayedPod } from "./played_pod.ts";
import type { PodEvent } from "./pod_event.ts";
import type { PodState } from "./pod_state.ts";

/** All states that a pod can come to, in the order of the shortest ways to them. */
export interface Graph {
  readonly model: Model;
  readonly states: readonly PodState[];
  /** The state from which each was first reached, and by what; -1 for the first one. */
  readonly parents: readonly number[];
  readonly events: readonly (PodEvent | undefined)[];
  /** All steps: the states that each joins, and its event. */
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly by: readonly PodEvent[];
  /** Whether none is missing: the limit was not reached. */
  readonly complete: boolean;
}

/** A step of the search, for who wants to judge it. */
export type Look = (step: {
  readonly before: PodState;
  readonly event: PodEvent;
  readonly after: PodState;
  /** The number of the state before. */
  readonly at: number;
}) => void;

/** What a search goes through. */
export interface SearchOptions {
  /** No more states than that are looked at. */
  readonly limit: number;
  /** Whether the pod may be deleted at any moment. */
  readonly deletion: boolean;
  /** Whether the API server may be away for a while; false by default. */
  readonly outages?: boolean;
  /**
   * Whether orders that come to the same are gone through once, and states that differ in nothing that
   * matters are one; true by default.
   */
  readonly reduced?: boolean;
}

/**
 * Goes through all orders of events.
 *
 * @param steps those of the pod, where they are gone through more than once
 */
export function search(
  pod: PlayedPod,
  { limit, deletion, outages = false, reduced = true }: SearchOptions,
  look: Look,
  steps: OrderedSteps = createSteps(pod, reduced),
): Graph {
  const { model } = steps;
  const states: PodState[] = [];
  const parents: number[] = [];
  const events: (PodEvent | undefined)[] = [];
  const from: number[] = [];
  const to: number[] = [];
  const by: PodEvent[] = [];
  const ids = new Map<string, number>();
  const add = (state: PodState, parent: number, event: PodEvent | undefined): number => {
    const key = steps.key(state);
    const known = ids.get(key);
    if (known !== undefined) return known;
    const id = states.length;
    ids.set(key, id);
    states.push(state);
    parents.push(parent);
    events.push(event);
    return id;
  };
  add(steps.initial, -1, undefined);
  let at = 0;
  for (; at < states.length && states.length < limit; at++) {
    const before = states[at];
    if (before === undefined) break;
    for (const { event, after } of steps.from(before, { deletion, outages })) {
      look({ before, event, after, at });
      from.push(at);
      by.push(event);
      to.push(add(after, at, event));
    }
  }
  return { model, states, parents, events, from, to, by, complete: at >= states.length };
}

/** The events that lead to a state, in a shortest order. */
export function wayTo({ parents, events }: Graph, state: number): readonly PodEvent[] {
  const way: PodEvent[] = [];
  for (let at = state; at >= 0; at = parents[at] ?? -1) {
    const event = events[at];
    if (event !== undefined) way.unshift(event);
  }
  return way;
}

import type { PodEvent } from "./pod_event.ts";
import type { PodState } from "./pod_state.ts";
import type { Graph } from "./search.ts";

/** The states from which no state that `isGoal` can be reached, nearest to the beginning first. */
export function notReaching(
  { states, from, to }: Graph,
  isGoal: (state: PodState) => boolean,
): readonly number[] {
  const steps = stepsFrom(to, states.length);
  const reaching = new Uint8Array(states.length);
  const todo: number[] = [];
  for (const [index, state] of states.entries()) {
    if (!isGoal(state)) continue;
    reaching[index] = 1;
    todo.push(index);
  }
  for (let next; (next = todo.pop()) !== undefined;) {
    for (const step of steps(next)) {
      const before = from[step];
      if (before === undefined || reaching[before] === 1) continue;
      reaching[before] = 1;
      todo.push(before);
    }
  }
  return [...reaching.keys()].filter((index) => reaching[index] === 0);
}

/** A shortest way from a state to one in which nothing happens any more; undefined if there is none. */
export function wayToStandstill(graph: Graph, start: number): readonly PodEvent[] | undefined {
  const { states, from, to, by } = graph;
  const steps = stepsFrom(from, states.length);
  const ways = new Map<number, { readonly before: number; readonly event: PodEvent }>();
  const todo = [start];
  for (const at of todo) {
    const next = steps(at);
    if (next.length === 0) {
      const events: PodEvent[] = [];
      for (let way, here = at; (way = ways.get(here)) !== undefined; here = way.before) {
        events.unshift(way.event);
      }
      return events;
    }
    for (const step of next) {
      const [state, event] = [to[step], by[step]];
      if (state === undefined || event === undefined || state === start || ways.has(state)) {
        continue;
      }
      ways.set(state, { before: at, event });
      todo.push(state);
    }
  }
  return undefined;
}

/** Some way on from a state, until it comes to a state for the second time. */
export function wayAround({ states, from, to, by }: Graph, start: number): readonly PodEvent[] {
  const steps = stepsFrom(from, states.length);
  const visited = new Set<number>();
  const events: PodEvent[] = [];
  for (let at: number | undefined = start; at !== undefined && !visited.has(at);) {
    visited.add(at);
    const [step] = steps(at);
    const event = step === undefined ? undefined : by[step];
    if (event !== undefined) events.push(event);
    at = step === undefined ? undefined : to[step];
  }
  return events;
}

/** Looks up the steps at one end of which a state stands. */
function stepsFrom(from: readonly number[], count: number): (state: number) => Int32Array {
  const first = new Int32Array(count + 1);
  for (const state of from) first[state + 1] = (first[state + 1] ?? 0) + 1;
  for (let state = 0; state < count; state++) {
    first[state + 1] = (first[state + 1] ?? 0) + (first[state] ?? 0);
  }
  const place = first.slice();
  const steps = new Int32Array(from.length);
  for (const [step, state] of from.entries()) {
    const at = place[state] ?? 0;
    steps[at] = step;
    place[state] = at + 1;
  }
  return (state) => steps.subarray(first[state], first[state + 1]);
}

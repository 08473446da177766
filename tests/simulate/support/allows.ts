/** Whether a model of a pod allows what was seen of one. */
import { type Canon, createCanon } from "../../../lib/simulate/canonical.ts";
import { relevanceIn } from "../../../lib/simulate/knowledge.ts";
import { createModel, type Model, ORDERED, type PodStep } from "../../../lib/simulate/model.ts";
import type { PlayedPod } from "../../../lib/simulate/played_pod.ts";
import type { PodEvent } from "../../../lib/simulate/pod_event.ts";
import type { PodState } from "../../../lib/simulate/pod_state.ts";
import { factsOf, isLogCut, isLogGone, mayBeUnseen } from "./model_facts.ts";
import {
  BY_TIMERS,
  describeFact,
  type Fact,
  type Fault,
  isSameFact,
  precedes,
  type SeenFact,
} from "./seen_order.ts";

/** What came of the search. */
export type Verdict =
  | { readonly kind: "allowed"; readonly events: readonly PodEvent[] }
  /** `last`: of the path that came farthest, the facts that it could not have next. */
  | { readonly kind: "refused"; readonly had: readonly Fact[]; readonly missing: readonly Fact[] }
  | { readonly kind: "undecided"; readonly states: number };

/** A pod's model for orders in which no length of time but those of timers counts. */
export function modelOf(pod: PlayedPod): Model {
  return createModel(pod, { ...ORDERED, mostRuns: Infinity, beginsAtOnce: false });
}

/**
 * Which states are one: `exact` those alone that differ in nothing; `ordered` all that check takes for
 * one, and so must allow what was seen as well.
 */
export type Joins = "exact" | "ordered";

/** What news may take on a machine that has much to do, in milliseconds. */
const LONG_MOMENT = 1_000;

/** What is known of an order beside its facts. */
export interface Circumstances {
  readonly faults?: readonly Fault[];
  /** @default {"exact"} */
  readonly joins?: Joins;
  /** Containers whose logs lack their ends. */
  readonly cutLogs?: readonly string[];
  /** Whether the API server was away for a time. @default {false} */
  readonly apiFailed?: boolean;
}

/** More states than that are a fault of the test and not of the order. */
const LIMIT = 300_000;

/**
 * Whether the model has a path whose facts are all those seen, in an order that what is known of their
 * times allows. Between two of them it may do what leads to no fact.
 */
export function allows(
  model: Model,
  seen: readonly SeenFact[],
  { faults = [], joins = "exact", cutLogs = [], apiFailed = false }: Circumstances = {},
): Verdict {
  const before = seen.map((fact) =>
    seen.flatMap((other, index) => other !== fact && precedes(other, fact) ? [index] : [])
  );
  const known = new Set<string>();
  const canon = createCanon(model.pod, relevanceIn(model.pod, joins));
  let farthest: readonly boolean[] = seen.map(() => false);
  interface Place {
    readonly state: PodState;
    readonly had: readonly boolean[];
    readonly count: number;
    readonly faults: readonly Fault[];
    readonly path: Path | undefined;
  }
  const stack: Place[] = [
    { state: settled(model.initial, canon), had: farthest, count: 0, faults, path: undefined },
  ];
  let most = 0;
  for (let place; (place = stack.pop()) !== undefined;) {
    if (place.count > most) [most, farthest] = [place.count, place.had];
    if (place.count === seen.length) return { kind: "allowed", events: eventsOf(place.path) };
    if (known.size > LIMIT) return { kind: "undecided", states: known.size };
    const next: (Place & { readonly rank: number })[] = [];
    for (
      const { event, due, prompt, fault } of nextEvents(place)
    ) {
      const clock = place.state.deletion === undefined ? undefined : due;
      const state = clock === undefined || clock <= place.state.clock
        ? place.state
        : { ...place.state, clock };
      const step = model.step(state, event);
      const after = settled(step.state, canon);
      const left = fault === undefined ? place.faults : place.faults.filter((one) => one !== fault);
      const path = { event, before: place.path };
      for (const had of accept(place.state, step, event, place.had)) {
        const count = had.filter(Boolean).length;
        const key = `${had.map(Number).join("")}${left.length}${keyOf(after, canon)}`;
        if (known.has(key)) continue;
        known.add(key);
        const rank = count > place.count ? 1 : prompt ? 2 : 0;
        next.push({ state: after, had, count, faults: left, path, rank });
      }
    }
    stack.push(...next.toSorted((a, b) => a.rank - b.rank));
  }
  const pick = (wanted: boolean) => seen.filter((_, index) => farthest[index] === wanted);
  return { kind: "refused", had: pick(true), missing: pick(false) };

  /** The facts that may be had after a step; none if it cannot be one of those that were seen. */
  function accept(
    state: PodState,
    step: PodStep,
    event: PodEvent,
    had: readonly boolean[],
  ): readonly (readonly boolean[])[] {
    let ways: readonly (readonly boolean[])[] = [had];
    for (const fact of factsOf(model, state, step, event)) {
      ways = ways.flatMap((way) => waysWith(fact, step.state, way));
    }
    return ways;
  }

  /**
   * What happens within moments comes before every timer, and of timers the shortest is first. Where a
   * moment takes its time, a short timer may be first: its supervisor tells of it then.
   */
  function nextEvents({ state, had, faults }: Place): readonly Next[] {
    const possible = model.possible(state);
    const isHasty = possible.some(({ prompt }) => prompt);
    const first = possible.reduce((least, { due = Infinity }) => Math.min(least, due), Infinity);
    const next: Next[] = possible.filter(({ event, due }) =>
      due === undefined ||
      due === first &&
        (!isHasty || due - state.clock <= LONG_MOMENT && isTold(model.step(state, event), had))
    );
    return model.kubelet.isOver(state) ? next : [
      ...next,
      ...eventsFromOutside(model, state, faults, seen),
      ...(apiFailed ? [turn(state)] : []),
    ];
  }

  /** Whether what a timer leads to was told, or would have been in the part of a log that is lost. */
  function isTold({ state, done }: PodStep, had: readonly boolean[]): boolean {
    const left = seen.filter((_, index) => !had[index]);
    return done.some(({ container: index, effect }) => {
      if (effect.kind !== "log") return false;
      const container = model.pod.containers[index]?.name ?? "";
      const event = BY_TIMERS.find((name) => name === effect.event);
      if (event === undefined) return false;
      return left.some((fact) => isSameFact(fact, { what: "said", container, event })) ||
        cutLogs.includes(container) && isLogCut(state, container, left);
    });
  }

  /** With one fact more, or the same ones where it was not seen. */
  function waysWith(
    fact: Fact,
    state: PodState,
    had: readonly boolean[],
  ): readonly (readonly boolean[])[] {
    const index = seen.findIndex((one, index) => !had[index] && isSameFact(one, fact));
    const isNext = index >= 0 && before[index]?.every((other) => had[other]) === true;
    const left = seen.filter((_, index) => !had[index]);
    const isUnseen = index < 0
      ? mayBeUnseen(model, state, fact, seen, left)
      : isLogGone(model, state, fact, seen);
    return [
      ...isNext ? [had.with(index, true)] : [],
      ...isUnseen ? [had] : [],
    ];
  }
}

/** The state that stands for all that are alike for what can follow. */
function settled(state: PodState, canon: Canon): PodState {
  const containers = state.containers.map((container, index) => canon.settle(index, container));
  return { ...state, containers };
}

function keyOf({ containers, clock, deletion, api }: PodState, canon: Canon): string {
  const numbers = containers.map((container) => canon.number(container));
  const time = deletion === undefined ? "" : `${clock}${deletion.why}${deletion.seen}`;
  return `${numbers.join()}${time}${api ? "" : "-"}`;
}

interface Path {
  readonly event: PodEvent;
  readonly before: Path | undefined;
}

function eventsOf(path: Path | undefined): readonly PodEvent[] {
  const events: PodEvent[] = [];
  for (let at = path; at !== undefined; at = at.before) events.push(at.event);
  return events.reverse();
}

interface Next {
  readonly event: PodEvent;
  readonly due: number | undefined;
  readonly prompt: boolean;
  readonly fault?: Fault;
}

/** The API server goes away, or comes back. */
function turn({ api }: PodState): Next {
  return { event: { kind: api ? "apiFails" : "apiAnswers" }, due: undefined, prompt: false };
}

/** What comes from outside, if that was seen. */
function eventsFromOutside(
  model: Model,
  state: PodState,
  faults: readonly Fault[],
  seen: readonly SeenFact[],
): readonly Next[] {
  const next: Next[] = [];
  const outside = (event: PodEvent): Next => ({ event, due: undefined, prompt: false });
  if (state.deletion === undefined) {
    if (seen.some(({ what }) => what === "deleted")) next.push(outside({ kind: "podDeleted" }));
    if (model.pod.activeDeadline !== undefined) next.push(outside({ kind: "deadlinePasses" }));
  }
  for (const fault of faults) {
    const container = model.pod.containers.findIndex(({ name }) => name === fault.container);
    if (state.containers[container]?.phase !== "running") continue;
    next.push({ ...outside({ kind: fault.kind, container }), fault });
  }
  return next;
}

/** Why an order was refused, for the message of a failed test. */
export function describeVerdict(verdict: Verdict): string {
  switch (verdict.kind) {
    case "allowed":
      return "allowed";
    case "undecided":
      return `undecided after ${verdict.states} states`;
    case "refused":
      return [
        "the model allows",
        ...verdict.had.map((fact) => `  ${describeFact(fact)}`),
        "and then none of",
        ...verdict.missing.map((fact) => `  ${describeFact(fact)}`),
      ].join("\n");
  }
}

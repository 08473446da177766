import { describeCommand } from "./assumptions.ts";
import { goalsOf } from "./goals.ts";
import { createModel, type Model, ORDERED } from "./model.ts";
import { createSteps } from "./ordered_steps.ts";
import type { PlayedPod } from "./played_pod.ts";
import type { PodEvent } from "./pod_event.ts";
import { countOrders, type Orders } from "./orders.ts";
import { type Graph, search, wayTo } from "./search.ts";
import { notReaching, wayAround, wayToStandstill } from "./reach.ts";
import { type Close, tellStory } from "./story.ts";
import { type Fault, judgeStep, type VerdictKind } from "./verdict.ts";
import { walk } from "./walk.ts";

/** What may go wrong, with a shortest order of events in which it does. */
export interface Verdict {
  readonly kind: VerdictKind;
  /** The container that it is about; undefined: the whole pod. */
  readonly container: string | undefined;
  /** What happens, to be numbered; the last lines say what it comes to. */
  readonly story: readonly string[];
  /** The same, to be played again. */
  readonly events: readonly PodEvent[];
}

/** How far the orders of events of a pod were gone through. */
export interface Coverage {
  readonly states: number;
  readonly steps: number;
  readonly orders: Orders;
  /** Whether these are all; else so many random orders were gone through beside them. */
  readonly complete: boolean;
  readonly walks: number;
  /** Whether an API server that is away was among it; undefined where nobody asks it. */
  readonly outages: boolean | undefined;
}

/** What the exploration of a pod has come to. */
export interface Exploration {
  readonly verdicts: readonly Verdict[];
  /** Of the pod left to itself, and of its deletion at any moment in which nothing is about to happen. */
  readonly life: Coverage;
  readonly deletion: Coverage;
  /** What was taken for granted of each command, a sentence each. */
  readonly assumed: readonly string[];
}

/** How much is gone through. */
export interface ExploreOptions {
  /** No more states than that are gone through one by one, in life and in deletion each. */
  readonly limit?: number;
  /** So many random orders are gone through where there are more. */
  readonly walks?: number;
  readonly seed?: number;
}

/** States that are gone through in a few seconds, and random orders as well. */
const LIMIT = 50_000;
const WALKS = 500;
/** Of the states that outages of the API server make: half a second is enough for these. */
const LIMIT_WITH_OUTAGES = 15_000;
/** Of so many containers. With more each state has more to it, and an order more steps as well. */
const CONTAINERS_OF_LIMITS = 8;

/** Goes through all orders of events of a pod, and says what may go wrong in them. */
export function explore(pod: PlayedPod, options: ExploreOptions = {}): Exploration {
  const usual = limitsOf(pod);
  const { limit = usual.limit, walks = usual.walks, seed = 1 } = options;
  const model = createModel(pod, ORDERED);
  const steps = createSteps(pod);
  const found = new Map<string, Verdict>();
  let isTooMuch = false;
  const life = goThrough(false);
  const deletion = goThrough(true);
  return {
    verdicts: [...found.values()],
    life,
    deletion,
    assumed: pod.containers.map(({ name, command }) => describeCommand(name, command)),
  };

  /** With an API server that may be away, if that is not too much. */
  function goThrough(deletion: boolean): Coverage {
    const asks = pod.containers.some(({ supervisor }) => supervisor?.context.sources.api === true);
    // The stories without an outage are told first: they are what goes wrong by itself.
    const plain = searchAll(deletion, false);
    const whole = asks && plain.complete && !isTooMuch ? searchAll(deletion, true) : undefined;
    // A deletion makes more of what was too much without one.
    isTooMuch ||= whole?.complete === false;
    const graph = whole?.complete === true ? whole : plain;
    const done = graph.complete
      ? 0
      : walk(pod, { walks, seed, deletion, outages: asks, limit }, note, steps);
    return {
      states: graph.states.length,
      steps: graph.from.length,
      orders: countOrders(graph),
      complete: graph.complete,
      walks: done,
      outages: asks ? graph === whole : undefined,
    };
  }

  function searchAll(deletion: boolean, outages: boolean): Graph {
    const judge = judgeStep(pod, model.kubelet.phase);
    const faults: { readonly fault: Fault; readonly at: number; readonly event: PodEvent }[] = [];
    const known = new Set(found.keys());
    const most = outages ? Math.min(limit, LIMIT_WITH_OUTAGES) : limit;
    const graph = search(
      pod,
      { limit: most, deletion, outages },
      ({ before, event, after, at }) => {
        for (const fault of judge(before, event, after)) {
          const key = keyOf(fault);
          if (known.has(key)) continue;
          known.add(key);
          faults.push({ fault, at, event });
        }
      },
      steps,
    );
    for (const { fault, at, event } of faults) note(fault, [...wayTo(graph, at), event]);
    if (!deletion && graph.complete) {
      noteStandstills(graph);
      noteNeverLaunched(graph);
    }
    return graph;
  }

  function noteStandstills(graph: Graph): void {
    for (const { fault, isReached } of goalsOf(pod, model.kubelet)) {
      const [first] = notReaching(graph, isReached);
      if (first !== undefined) noteAt(graph, fault, first);
    }
  }

  /** A container whose command no order launches, though it comes to its end. */
  function noteNeverLaunched(graph: Graph): void {
    for (const [container, { supervisor }] of pod.containers.entries()) {
      if (supervisor === undefined || supervisor.context.spec.startDeps.length === 0) continue;
      if (graph.states.some(({ containers }) => containers[container]?.launched === true)) continue;
      const end = graph.states.findIndex(({ containers }) =>
        containers[container]?.phase === "terminated"
      );
      const isTold = [...found.values()].some(({ kind, container: name }) =>
        kind === "hangs" || kind === "neverStarted" && name === pod.containers[container]?.name
      );
      if (end >= 0 && !isTold) note({ kind: "neverLaunched", container }, wayTo(graph, end));
    }
  }

  /** The way goes on to where nothing happens any more, which shows it best. */
  function noteAt(graph: Graph, fault: Fault, state: number): void {
    const way = wayToStandstill(graph, state);
    note(
      fault,
      [...wayTo(graph, state), ...way ?? wayAround(graph, state)],
      way === undefined ? "circle" : "standstill",
    );
  }

  function note(fault: Fault, events: readonly PodEvent[], close?: Close): void {
    const key = keyOf(fault);
    if (found.has(key)) return;
    const { kind, container } = fault;
    found.set(key, {
      kind,
      container: container === undefined ? undefined : pod.containers[container]?.name,
      story: tellStory(model, events, close),
      events,
    });
  }
}

/** A pod of many containers takes about as much time and memory as one of a few. */
function limitsOf({ containers }: PlayedPod): Required<Pick<ExploreOptions, "limit" | "walks">> {
  const share = Math.min(1, CONTAINERS_OF_LIMITS / containers.length);
  return { limit: Math.ceil(LIMIT * share), walks: Math.ceil(WALKS * share ** 2) };
}

function keyOf({ kind, container }: Fault): string {
  return `${kind} ${container}`;
}

/** The model in which the events of a verdict can be played again, one after the other. */
export function modelOf(pod: PlayedPod): Model {
  return createModel(pod, ORDERED);
}

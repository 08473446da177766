import { type Canon, createCanon } from "./canonical.ts";
import { type Look, looksIn, type Relevance, relevanceIn } from "./knowledge.ts";
import { createModel, type Model, ORDERED } from "./model.ts";
import { hasOwnDeadline, type PlayedPod } from "./played_pod.ts";
import type { ContainerEvent, PodEvent, Possible } from "./pod_event.ts";
import type { ContainerState, PodState } from "./pod_state.ts";
import { reportWord, restartWord, statusWord } from "./sight.ts";

/** A step that comes next in some order. */
export interface NextStep {
  readonly event: PodEvent;
  readonly after: PodState;
}

/** What may happen from outside. */
export interface Outside {
  /** Whether the pod may be deleted, or its deadline pass, whenever nothing is about to happen within moments. */
  readonly deletion: boolean;
  /** Whether the API server may be away whenever it has news for a supervisor, for any time. */
  readonly outages: boolean;
}

/** The steps of a pod in all orders, each worked out once. */
export interface OrderedSteps {
  readonly model: Model;
  readonly initial: PodState;
  /** A text that two states have in common if nothing that can follow tells them apart. */
  readonly key: (state: PodState) => string;
  /** The steps that may come next, those from outside included that are asked for. */
  readonly from: (state: PodState, outside: Outside) => readonly NextStep[];
}

/**
 * Makes the steps of a pod.
 *
 * @param reduced whether of several orders that come to the same one is enough, and states are the same
 *   that differ in nothing that a supervisor looks at
 */
export function createSteps(pod: PlayedPod, reduced = true): OrderedSteps {
  const relevance = relevanceIn(pod, reduced ? "ordered" : "exact");
  const model = createModel(pod, ORDERED, relevance);
  const canon = createCanon(pod, relevance);
  /** By what a container was, and by what happened to it: what it has become. */
  const memory: Map<string, ContainerState>[] = [];
  const memoryOfSights = pod.containers.map((): Map<string, ContainerState>[] => []);
  const ends: readonly PodEvent[] = [
    { kind: "podDeleted" },
    ...hasOwnDeadline(pod) ? [{ kind: "deadlinePasses" } as const] : [],
  ];
  return {
    model,
    initial: settle(model.initial),
    key: (state) => keyOf(state, canon),
    from: (state, { deletion, outages }) => {
      if (model.kubelet.isOver(state)) return [];
      const next = nextEvents(model.possible(state));
      const turns = turnsOf(state, next, outages);
      const silent = reduced ? silentStep(state, next) : undefined;
      // What it does not learn at once it may not learn for long.
      if (silent !== undefined) {
        return silent.event.kind === "podSeen" ? [silent, ...turns] : [silent];
      }
      const steps = [
        ...next.map((one): NextStep => ({ event: one.event, after: take(state, one) })),
        ...turns,
      ];
      // In the midst of what happens within moments is no other moment than before or after it.
      if (deletion && state.deletion === undefined && !next.some(({ prompt }) => prompt)) {
        for (const event of ends) {
          steps.push({ event, after: settle(model.step(state, event).state) });
        }
      }
      return steps;
    },
  };

  /** The API server goes away when it has news for somebody: before, nobody would notice. */
  function turnsOf(
    state: PodState,
    next: readonly Possible[],
    outages: boolean,
  ): readonly NextStep[] {
    const hasNews = () => next.some(({ event }) => event.kind === "podSeen");
    const kind = !state.api ? "apiAnswers" : outages && hasNews() ? "apiFails" : undefined;
    if (kind === undefined) return [];
    const event: PodEvent = { kind };
    return [{ event, after: settle(model.step(state, event).state) }];
  }

  /**
   * A supervisor that learns something and does nothing about it: whatever comes before or after that,
   * comes to the same, since what it learns later takes the place of it.
   */
  function silentStep(state: PodState, next: readonly Possible[]): NextStep | undefined {
    for (const one of next) {
      const { event } = one;
      if (event.kind !== "podSeen" && event.kind !== "siblingSeen") continue;
      const before = state.containers[event.container];
      if (before?.supervision === undefined || remembers(before, event, state)) continue;
      const container = happen(state, event, before);
      if (canon.essence(event.container, before) === canon.essence(event.container, container)) {
        return { event, after: take(state, one) };
      }
    }
    return undefined;
  }

  /** Whether a supervisor will still know what it learns now when it has learned more. */
  function remembers(
    { supervision }: ContainerState,
    event: Extract<PodEvent, { kind: "podSeen" | "siblingSeen" }>,
    state: PodState,
  ): boolean {
    const looks = looksIn(relevance[event.container], supervision?.state.phase ?? "");
    if (event.kind === "podSeen") return looks.some(isAtHistory);
    if (!looks.some((look) => look.at === event.sibling && look.history)) return false;
    const heard = supervision?.heard[event.sibling];
    const told = state.containers[event.sibling]?.told;
    return heard?.alive !== true || told?.alive !== true || heard.run !== told.run;
  }

  /** What an event leads to; the clock runs once the pod is being deleted. */
  function take(state: PodState, { event, due }: Possible): PodState {
    const now = state.deletion === undefined || due === undefined || due <= state.clock
      ? state
      : { ...state, clock: due };
    if (!("container" in event)) return settle(model.step(now, event).state);
    const before = state.containers[event.container];
    if (before === undefined) return state;
    const containers = now.containers.with(event.container, happen(now, event, before));
    const after = { ...now, containers };
    const stopped = model.kubelet.settle(after);
    return stopped === after ? after : settle(stopped);
  }

  /** What an event makes of its container. */
  function happen(state: PodState, event: ContainerEvent, before: ContainerState): ContainerState {
    const known = memoryOf(event, before);
    const key = occasionKey(state, event, relevance);
    let container = known.get(key);
    if (container === undefined) {
      container = canon.settle(event.container, model.stepContainer(state, event).container);
      known.set(key, container);
    }
    return container;
  }

  /** A sight of the pod takes the place of the one before it, unless earlier runs are told of in it. */
  function memoryOf(event: ContainerEvent, before: ContainerState): Map<string, ContainerState> {
    const { container: index } = event;
    const sights = event.kind === "podSeen" && before.supervision !== undefined &&
        !looksIn(relevance[index], before.supervision.state.phase).some(isAtHistory)
      ? memoryOfSights[index]
      : undefined;
    return sights === undefined
      ? memory[canon.number(before)] ??= new Map()
      : sights[canon.unsighted(index, before)] ??= new Map();
  }

  function settle(state: PodState): PodState {
    let { containers } = state;
    for (const [index, container] of containers.entries()) {
      const one = canon.settle(index, container);
      if (one !== container) containers = containers.with(index, one);
    }
    return containers === state.containers ? state : { ...state, containers };
  }
}

/** Whether earlier runs are looked at in the pod's status. */
function isAtHistory({ status, history }: Look): boolean {
  return status && history;
}

/**
 * What comes next in some order. What happens within moments comes before every timer, and of timers
 * the shortest is first: a timer that ends while something is on its way could as well have ended before
 * the cause of that, which is an order that is gone through too.
 */
function nextEvents(possible: readonly Possible[]): readonly Possible[] {
  let hasty = false;
  let first = Infinity;
  for (const { prompt, due } of possible) {
    if (prompt) hasty = true;
    if (due !== undefined && due < first) first = due;
  }
  return possible.filter(({ due }) => due === undefined || !hasty && due === first);
}

function timeKey(deletion: PodState["deletion"], clock: number): string {
  return deletion === undefined ? "" : `${deletion.why}${deletion.seen ? "" : "?"}${clock}`;
}

/** All that an event's effect on its container depends on beside the container. */
function occasionKey(
  { containers, deletion, clock, restart }: PodState,
  event: ContainerEvent,
  relevance: readonly Relevance[],
): string {
  const time = timeKey(deletion, clock);
  const { kind, container } = event;
  switch (kind) {
    case "podSeen": {
      const phase = containers[container]?.supervision?.state.phase ?? "";
      const words = looksIn(relevance[container], phase).map((look) => {
        const other = look.status ? containers[look.at] : undefined;
        return other === undefined ? "" : statusWord(other, look);
      });
      return `p${time},${restartWord(restart)},${words.join()}`;
    }
    case "siblingSeen": {
      const phase = containers[container]?.supervision?.state.phase ?? "";
      const look = looksIn(relevance[container], phase).find(({ at }) => at === event.sibling);
      const told = containers[event.sibling]?.told;
      const word = told === undefined || look === undefined ? "" : reportWord(told, look);
      return `s${time},${event.sibling},${word},${told?.run},${told?.at}`;
    }
    case "commandEnds":
      return `c${time},${event.code}`;
    case "checkOpens":
      return `o${time},${event.index}`;
    case "callEnds":
      return `a${time},${event.ok}`;
    case "timerFires":
      return `t${time},${event.timer}`;
    default:
      return `${kind}${time}`;
  }
}

function keyOf({ containers, clock, deletion, api, restart }: PodState, canon: Canon): string {
  let key = timeKey(deletion, clock) + restartWord(restart);
  if (!api) key += "x";
  for (const container of containers) key += canon.glyph(container);
  return key;
}

import type { Effect } from "../supervisor/events.ts";
import { createModel, EXACT, type Model, type ModelOptions } from "./model.ts";
import { hasOwnDeadline, type PlayedPod, type Span } from "./played_pod.ts";
import type { PodPhase } from "./kubelet.ts";
import type { PodEvent, Possible } from "./pod_event.ts";
import type { PodState } from "./pod_state.ts";
import { createRandom } from "./seeded.ts";

/** Something that happened in a pod, and what it led to. */
export interface Happening {
  /** In milliseconds since the pod was made. */
  readonly at: number;
  readonly event: PodEvent;
  /** The pod after it. */
  readonly state: PodState;
  /** What supervisors did, by the index of their containers; log lines included. */
  readonly done: readonly { readonly container: number; readonly effect: Effect }[];
}

/** An event from outside at a time of one's choice, in milliseconds since the pod was made. */
export interface Planned {
  readonly at: number;
  readonly event: PodEvent;
}

/** How one order is played. */
export interface PlayOptions {
  /** Decides on every length of time that is not known exactly. */
  readonly seed: number;
  readonly planned: readonly Planned[];
  /** When nobody watches any more, in milliseconds. */
  readonly until: number;
  /** What the node's clock says, if it is set in the midst of it. */
  readonly date?: ModelOptions["date"];
}

/** One order of events, from a pod's beginning to its end. */
export interface Played {
  readonly pod: PlayedPod;
  readonly happenings: readonly Happening[];
  readonly phase: PodPhase;
  /** Why it was not played on: nothing is left, nothing can happen any more, or `until` is over. */
  readonly because: "over" | "stuck" | "time";
}

/** Plays a pod in virtual time: what happens next is what is due first. */
export function play(pod: PlayedPod, options: PlayOptions): Played {
  const model = createModel(pod, { ...EXACT, date: options.date ?? EXACT.date });
  const random = createRandom(options.seed);
  const planned = options.planned.toSorted((a, b) => a.at - b.at);
  const happenings: Happening[] = [];
  let agenda: readonly Entry[] = [];
  let state = model.initial;
  for (let next = 0;;) {
    if (model.kubelet.isOver(state)) return end("over");
    agenda = plan(agenda, model.possible(state), state.clock, random);
    const due = agenda.reduce((first, entry) => Math.min(first, entry.due), Infinity);
    const outside = planned[next];
    const deadline = pod.activeDeadline === undefined || state.deletion !== undefined
      ? Infinity
      : pod.activeDeadline;
    const at = Math.min(due, outside?.at ?? Infinity, deadline);
    if (at === Infinity) return end("stuck");
    if (at > options.until) return end("time");
    if (outside !== undefined && outside.at === at) {
      next++;
      if (isToHappen(state, outside.event)) happen(at, outside.event);
    } else if (deadline === at) {
      happen(at, { kind: hasOwnDeadline(pod) ? "deadlinePasses" : "podDeleted" });
    } else {
      const entry = agenda.find((one) => one.due === at);
      if (entry === undefined) return end("stuck");
      agenda = agenda.filter((one) => one !== entry);
      happen(at, entry.possible.event);
    }
  }

  function happen(at: number, event: PodEvent): void {
    const { state: after, done } = model.step(
      { ...state, clock: Math.max(at, state.clock) },
      event,
    );
    state = after;
    happenings.push({ at: state.clock, event, state, done });
  }

  function end(because: Played["because"]): Played {
    return { pod, happenings, phase: model.kubelet.phase(state), because };
  }
}

/** Whether a planned event finds what it is about. */
function isToHappen({ deletion, containers }: PodState, event: PodEvent): boolean {
  if (event.kind === "podDeleted") return deletion === undefined;
  if (!("container" in event)) return true;
  const container = containers[event.container];
  return event.kind === "outOfMemory" || event.kind === "commandEnds"
    ? container?.process !== undefined
    : container?.phase === "running";
}

interface Entry {
  readonly possible: Possible;
  readonly due: number;
}

/** Keeps the times of what has been possible before, and draws those of what is new. */
function plan(
  before: readonly Entry[],
  possible: ReturnType<Model["possible"]>,
  clock: number,
  random: () => number,
): readonly Entry[] {
  const drawn = new Map<string, number>();
  return possible.map((one) => {
    const known = before.find(({ possible: { event, by } }) =>
      by === one.by && isSameEvent(event, one.event)
    );
    if (known !== undefined) return { possible: one, due: known.due };
    if (one.due !== undefined) return { possible: one, due: Math.max(clock, one.due) };
    // A command that may end in several ways ends in one of them.
    const chosen = choose(possible, one, drawn, random);
    return { possible: one, due: chosen ? clock + draw(one.after, random) : Infinity };
  });
}

function choose(
  possible: readonly Possible[],
  { event }: Possible,
  drawn: Map<string, number>,
  random: () => number,
): boolean {
  if (event.kind !== "commandEnds") return true;
  const codes = possible.flatMap((other) =>
    other.event.kind === "commandEnds" && other.event.container === event.container
      ? [other.event.code]
      : []
  );
  const key = `${event.container}`;
  const chosen = drawn.get(key) ?? codes[Math.floor(random() * codes.length)] ?? event.code;
  drawn.set(key, chosen);
  return chosen === event.code;
}

function draw({ from, to }: Span, random: () => number): number {
  return Math.round(from + random() * (to - from));
}

/** Whether two events are the same. */
export function isSameEvent(a: PodEvent, b: PodEvent): boolean {
  if (a.kind !== b.kind) return false;
  if (!("container" in a) || !("container" in b)) return true;
  if (a.container !== b.container) return false;
  switch (a.kind) {
    case "commandEnds":
      return b.kind === a.kind && a.code === b.code;
    case "siblingSeen":
      return b.kind === a.kind && a.sibling === b.sibling;
    case "checkOpens":
      return b.kind === a.kind && a.index === b.index;
    case "timerFires":
      return b.kind === a.kind && a.timer === b.timer;
    default:
      return true;
  }
}

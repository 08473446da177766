import type { Effect, Event } from "../supervisor/events.ts";
import { INITIAL, step } from "../supervisor/machine.ts";
import { relationsOf } from "../supervisor/report.ts";
import type { Context } from "../supervisor/state.ts";
import type { PlayedContainer, PlayedSupervisor } from "./played_pod.ts";
import type { ContainerState, Process, Supervision, Timer } from "./pod_state.ts";

/** When something happens in a container. */
export interface Moment {
  /** By the pod's clock, in milliseconds. */
  readonly clock: number;
  /** In milliseconds since 1970: what a signal, a sight of the pod and a report are said to be of. */
  readonly date: number;
  readonly reportedAt: number;
  /** Whether timers run that lead to a line of the log and to nothing else. */
  readonly talks: boolean;
}

/** What a container has come to, and what its supervisor did for it. */
export interface Outcome {
  readonly container: ContainerState;
  readonly effects: readonly Effect[];
  /** The exit code, if it has come to its end. */
  readonly exit: number | undefined;
}

/** A process that has just been started. */
export const STARTED: Process = { answers: false, told: false, killed: false };

/** One that has been started, and does nothing yet. */
export const NOT_BEGUN: Supervision = {
  state: INITIAL,
  timers: [],
  watches: false,
  listens: false,
  checksReadiness: false,
  checked: undefined,
  probes: [],
  calling: undefined,
  seen: undefined,
  heard: [],
};

/** Lets the supervisor of a container begin. */
export function begin(
  played: PlayedContainer,
  supervisor: PlayedSupervisor,
  container: ContainerState,
  moment: Moment,
): Outcome {
  return feed(
    played,
    supervisor,
    { ...container, supervision: NOT_BEGUN },
    [{ kind: "begun" }],
    moment,
  );
}

/** Timers that lead to a line of the log and to nothing else. */
const TALK: ReadonlySet<string> = new Set(["progress"]);

/** Brings events to a container's supervisor, and has done what it says. */
export function feed(
  played: PlayedContainer,
  supervisor: PlayedSupervisor,
  before: ContainerState,
  events: readonly Event[],
  moment: Moment,
): Outcome {
  let container = before;
  const effects: Effect[] = [];
  for (const event of events) {
    const { supervision } = container;
    if (supervision === undefined) break;
    const next = step(supervisor.context, supervision.state, event);
    container = { ...container, supervision: { ...supervision, state: next.state } };
    for (const effect of next.effects) {
      effects.push(effect);
      if (effect.kind === "exit") return { container, effects, exit: effect.code };
      container = perform(played, supervisor, container, effect, moment);
    }
  }
  return { container, effects, exit: undefined };
}

function perform(
  played: PlayedContainer,
  { context, folder, writes }: PlayedSupervisor,
  container: ContainerState,
  effect: Effect,
  { clock, date, reportedAt, talks }: Moment,
): ContainerState {
  const { supervision, process } = container;
  if (supervision === undefined) return container;
  const become = (change: Partial<Supervision>): ContainerState => ({
    ...container,
    supervision: { ...supervision, ...change },
  });
  switch (effect.kind) {
    case "observePod":
      return become({ watches: context.sources.api, seen: undefined });
    case "forgetPod":
      return become({ watches: false });
    case "observeSiblings":
      return become({ listens: folder !== undefined, heard: [] });
    case "forgetSiblings":
      return become({ listens: false });
    case "checkReadiness":
      return become({ checksReadiness: true, checked: undefined });
    case "stopCheckingReadiness":
      return become({ checksReadiness: false, checked: undefined });
    case "probe":
      return become({ probes: [...supervision.probes, effect.index] });
    case "stopProbing":
      return become({ probes: [] });
    case "publish":
      if (folder === undefined || !writes) return container;
      return {
        ...container,
        told: {
          report: { ...effect.progress, ...relationsOf(context.spec) },
          at: reportedAt,
          run: container.run,
          alive: true,
        },
      };
    case "launch":
      return { ...container, process: STARTED, launched: true };
    case "handOver":
      return { ...container, process: STARTED, launched: true, supervision: undefined };
    case "signal":
      return process === undefined ? container : {
        ...container,
        process: signal(played, context, process, effect.signal),
      };
    case "callStopAction":
      return become({ calling: "stopAction" });
    case "callAfterExit":
      return become({ calling: "afterExit" });
    case "setTimer":
      return !talks && TALK.has(effect.timer)
        ? container
        : become({ timers: set(supervision.timers, effect.timer, clock + effect.after) });
    case "setAlarm":
      return become({
        timers: set(supervision.timers, effect.timer, clock + Math.max(0, effect.at - date)),
      });
    case "clearTimer":
      return supervision.timers.some(({ timer }) => timer === effect.timer)
        ? become({ timers: supervision.timers.filter(({ timer }) => timer !== effect.timer) })
        : container;
    default:
      return container;
  }
}

function set(timers: readonly Timer[], timer: Timer["timer"], due: number): readonly Timer[] {
  return [...timers.filter((other) => other.timer !== timer), { timer, due }]
    .toSorted((a, b) => a.timer < b.timer ? -1 : 1);
}

/** A command that obeys takes every signal that ends programs for its end, and that of its container. */
function signal(
  { command, stopSignal }: PlayedContainer,
  context: Context,
  process: Process,
  name: string,
): Process {
  if (name === "SIGKILL") return { ...process, killed: true };
  const { whenStopDepExited: action, termSignal } = context.spec;
  const ends = ENDING.has(name) || name === termSignal || name === stopSignal ||
    action.kind === "signal" && action.signal === name;
  return ends && command.stops !== undefined ? { ...process, told: true } : process;
}

const ENDING: ReadonlySet<string> = new Set(["SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP"]);

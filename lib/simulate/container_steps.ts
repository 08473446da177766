import type { Effect, End, Event } from "../supervisor/events.ts";
import type { PlayedContainer } from "./played_pod.ts";
import type { ContainerState, Deletion, Told } from "./pod_state.ts";
import { begin, feed, type Moment, NOT_BEGUN, type Outcome, STARTED } from "./supervised.ts";

/** When something happens in a container, and in what kind of pod. */
export interface Occasion extends Moment {
  readonly deletion: Deletion | undefined;
  /** Whether a supervisor begins in the step that starts its container. */
  readonly beginsAtOnce: boolean;
  /** In milliseconds since 1970, if the container starts or ends now. */
  readonly startedAt: number;
  readonly finishedAt: number;
}

/** What a container has come to. */
export interface Stepped {
  readonly container: ContainerState;
  readonly effects: readonly Effect[];
}

/** 128 + SIGKILL and 128 + SIGTERM. */
const KILLED: End = { kind: "signalled", signal: 9 };
const TERMINATED: End = { kind: "signalled", signal: 15 };

/** The kubelet starts the container, for the first time or again. */
export function start(
  played: PlayedContainer,
  before: ContainerState,
  run: number,
  occasion: Occasion,
): Stepped {
  const started = played.probes.startup === undefined;
  const container: ContainerState = {
    ...before,
    run,
    phase: "running",
    exitCode: undefined,
    formerExitCode: before.exitCode ?? before.formerExitCode,
    started,
    ready: started && !played.probes.readiness,
    startedAt: occasion.startedAt,
    stale: before.stale && before.phase === "waiting",
  };
  if (played.supervisor === undefined) {
    return { container: { ...container, process: STARTED, launched: true }, effects: [] };
  }
  return occasion.beginsAtOnce
    ? beginSupervision(played, container, occasion)
    : { container: { ...container, supervision: NOT_BEGUN }, effects: [] };
}

/** The container's supervisor begins. */
export function beginSupervision(
  played: PlayedContainer,
  container: ContainerState,
  occasion: Occasion,
): Stepped {
  const { supervisor } = played;
  return supervisor === undefined
    ? { container, effects: [] }
    : concluded(begin(played, supervisor, container, occasion), occasion);
}

/** Lets events happen to the container's supervisor; without one they mean nothing. */
export function tell(
  played: PlayedContainer,
  container: ContainerState,
  events: readonly Event[],
  occasion: Occasion,
): Stepped {
  const { supervisor } = played;
  return supervisor === undefined || container.supervision === undefined
    ? { container, effects: [] }
    : concluded(feed(played, supervisor, container, events, occasion), occasion);
}

/** The command answers probes from now on. */
export function becomeReady(container: ContainerState): ContainerState {
  const { process } = container;
  return process === undefined
    ? container
    : { ...container, process: { ...process, answers: true }, started: true, ready: true };
}

/** The command ends, by itself or by a signal. */
export function endCommand(
  played: PlayedContainer,
  container: ContainerState,
  end: End,
  occasion: Occasion,
): Stepped {
  if (container.supervision === undefined) {
    const code = end.kind === "exited" ? end.code : 128 + end.signal;
    return { container: endContainer(container, code, occasion), effects: [] };
  }
  const { readiness } = played.probes;
  const without: ContainerState = {
    ...container,
    process: undefined,
    ready: container.ready && !readiness,
  };
  return tell(played, without, [{ kind: "childExited", end }], occasion);
}

/** How a command ends that was told to, or killed. */
export function endOfTold({ process }: ContainerState): End {
  return process?.killed === true ? KILLED : TERMINATED;
}

/** The kubelet's stop signal arrives. */
export function stop(
  played: PlayedContainer,
  before: ContainerState,
  occasion: Occasion,
): Stepped {
  const container: ContainerState = { ...before, stop: "signalled", preStopDue: undefined };
  const { process } = container;
  if (container.supervision !== undefined) {
    const event: Event = { kind: "signalled", signal: played.stopSignal, at: occasion.date };
    return tell(played, container, [event], occasion);
  }
  const told = played.command.stops !== undefined;
  return {
    container: process === undefined ? container : {
      ...container,
      process: { ...process, told: process.told || told },
    },
    effects: [],
  };
}

/** The container is over, with all that was in it. */
export function endContainer(
  container: ContainerState,
  exitCode: number,
  { deletion, finishedAt }: Pick<Occasion, "deletion" | "finishedAt">,
): ContainerState {
  const hidden = deletion?.seen === true;
  return {
    ...container,
    phase: "terminated",
    exitCode,
    // What is not published looks as if it lived on.
    started: hidden && container.started,
    ready: hidden && container.ready,
    stop: "none",
    preStopDue: undefined,
    killDue: undefined,
    hidden,
    process: undefined,
    supervision: undefined,
    told: container.told === undefined ? undefined : { ...container.told, alive: false },
    finishedAt,
  };
}

function concluded({ container, effects, exit }: Outcome, occasion: Occasion): Stepped {
  return exit === undefined
    ? { container, effects }
    : { container: endContainer(container, exit, occasion), effects };
}

/** What the state directory tells of a sibling to whom it has told `before` of it. */
export function newsOf(name: string, before: Told | undefined, now: Told): readonly Event[] {
  const isAnotherRun = before?.alive === true && before.run !== now.run;
  const former: readonly Event[] = isAnotherRun
    ? [{ kind: "siblingEnded", container: name, exitCode: undefined, last: undefined }]
    : [];
  const { report, at } = now;
  if (now.alive) return [...former, { kind: "siblingReported", container: name, report, at }];
  const exitCode = report.phase === "ended" ? report.exitCode : undefined;
  return [...former, { kind: "siblingEnded", container: name, exitCode, last: { report, at } }];
}

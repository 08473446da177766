import { awaitedNames, heldFor } from "./held.ts";
import type { Done, Model } from "./model.ts";
import { finalities } from "./played_pod.ts";
import type { PodEvent } from "./pod_event.ts";
import type { ContainerState, PodState } from "./pod_state.ts";

/** How a story goes on without end: nothing happens any more, or the same again and again. */
export type Close = "standstill" | "circle";

/** An event of an order, and the pod before and after it. */
export interface Replayed {
  readonly event: PodEvent;
  readonly before: PodState;
  readonly after: PodState;
  readonly done: readonly Done[];
}

/** Plays an order of events again, which the model has once found possible. */
export function* replay(model: Model, events: readonly PodEvent[]): Generator<Replayed> {
  let state = model.initial;
  for (const event of events) {
    const due = model.possible(state).find((one) =>
      one.event.kind === event.kind && one.due !== undefined
    )?.due;
    const runs = state.deletion !== undefined && due !== undefined && due > state.clock;
    const before = runs ? { ...state, clock: due } : state;
    const { state: after, done } = model.step(before, event);
    yield { event, before, after, done };
    state = after;
  }
}

/** An order of events told step by step, in the names of the manifest. */
export function tellStory(
  model: Model,
  events: readonly PodEvent[],
  close?: Close,
): readonly string[] {
  const lines: string[] = [];
  let state = model.initial;
  for (const { event, before, after, done } of replay(model, events)) {
    const line = tellStep(model, before, event, after, done);
    if (line !== undefined) lines.push(line);
    state = after;
  }
  switch (close) {
    case undefined:
      return lines;
    case "standstill":
      return [...lines, ...tellStandstill(model, state)];
    case "circle":
      return [...lines, "and so on: whatever happens, the pod never comes to its end"];
  }
}

function heldBack(
  { pod }: Model,
  index: number,
  container: ContainerState,
  describe: typeof heldFor,
): string | undefined {
  const { supervisor } = pod.containers[index] ?? {};
  return supervisor === undefined ? undefined : describe(supervisor.context.spec, container);
}

/** One step, if anything can be seen of it. */
function tellStep(
  model: Model,
  before: PodState,
  event: PodEvent,
  after: PodState,
  done: readonly Done[],
): string | undefined {
  const { pod } = model;
  switch (event.kind) {
    case "podDeleted":
      return "the pod is deleted";
    case "kubeletSeesDeletion":
      return undefined;
    case "kubeletEndsAll":
      return "the kubelet begins to end all containers, to start them anew";
    case "kubeletBeginsAnew":
      return "all containers have ended: the kubelet starts them anew, init containers first";
    case "deadlinePasses":
      return "activeDeadlineSeconds have passed: the pod is ended";
    case "apiFails":
      return "the API server does not answer any more";
    case "apiAnswers":
      return "the API server answers again";
    default:
  }
  const { container } = event;
  const name = pod.containers[container]?.name ?? `${container}`;
  const [was, is] = [before.containers[container], after.containers[container]];
  if (was === undefined || is === undefined) return undefined;
  const outcome = outcomeOf();
  switch (event.kind) {
    case "containerStarts": {
      const start = was.phase === "waiting"
        ? `container ${name} starts`
        : `the kubelet starts ${name} again`;
      if (outcome !== "" || is.supervision?.state.phase === "new") return start + outcome;
      const held = is.supervision !== undefined && is.process === undefined;
      const names = heldBack(model, container, is, awaitedNames);
      return held
        ? `${start}: its command is held back${names === undefined ? "" : `, waiting for ${names}`}`
        : `${start}, and its command runs`;
    }
    case "supervisorBegins":
      return `koordinator begins in ${name}${outcome}`;
    case "commandReady":
      return `${name} becomes ready`;
    case "commandEnds":
      return `the command of ${name} ends with ${event.code}${outcome}`;
    case "commandStops":
      return was.process?.killed === true
        ? `the command of ${name} is dead${outcome}`
        : `the command of ${name} ends as it was told to${outcome}`;
    case "outOfMemory":
      return `the command of ${name} is killed: out of memory${outcome}`;
    case "supervisorKilled":
      return `all of ${name} is killed${outcome}`;
    case "probeFails":
      return `the kubelet's probe of ${name} fails${
        was.process === undefined ? ", whose command is held back" : ""
      }: the kubelet stops it`;
    case "preStopEnds":
      return `the preStop hook of ${name} ends`;
    case "kubeletStops":
      return `the kubelet sends ${
        pod.containers[container]?.stopSignal
      } to ${name}${says()}${outcome}`;
    case "kubeletKills":
      return model.kubelet.isRestarting(before)
        ? `the kubelet kills ${name}`
        : `the grace period is over: the kubelet kills ${name}`;
    case "podSeen":
    case "siblingSeen": {
      const said = says();
      if (said === "" && outcome === "") return undefined;
      const where = event.kind === "podSeen" ? "at the API server" : "in the state directory";
      return `${name} looks ${where}${said}${outcome}`;
    }
    case "readinessSeen":
      return undefined;
    case "checkOpens":
      return `a check that ${name} waits for succeeds${says()}${outcome}`;
    case "callEnds":
      return `the call that ${name} makes has ended${outcome}`;
    case "timerFires": {
      const said = says();
      return said === "" && outcome === "" ? undefined : `${name}, after a while${said}${outcome}`;
    }
  }

  /** What the supervisor says of what it does. */
  function says(): string {
    for (const { effect } of done) {
      if (effect.kind === "log" && effect.event !== "podFault") return `: ${effect.message}`;
    }
    return "";
  }

  /** How the container ended, if it did. */
  function outcomeOf(): string {
    if (is?.phase !== "terminated" || was?.phase !== "running") return "";
    const code = is.exitCode ?? 0;
    const reason =
      done.flatMap(({ effect }) =>
        effect.kind === "exit" && effect.reason !== undefined ? [effect.reason] : []
      )[0];
    const ends = event.kind === "commandEnds" && event.code === code
      ? ""
      : `; ${name} ends with ${code}`;
    const why = reason === undefined ? "" : ` (${reason})`;
    return `${ends}${why}${whatFollows(code)}`;
  }

  function whatFollows(code: number): string {
    if (model.kubelet.isRestarting(after)) return "";
    if (model.kubelet.isRestartDue(after)) return "; all containers are to run again";
    return isFinal(code) ? "" : "; the kubelet will start it again";
  }

  function isFinal(code: number): boolean {
    const isOver = after.deletion !== undefined || model.kubelet.isOver(after);
    return isOver || pod.containers[container]?.role === "nativeSidecar" ||
      finalities(pod)[container]?.(code) === true;
  }
}

/** Why nothing goes on where the pod has not ended. */
function tellStandstill(model: Model, state: PodState): readonly string[] {
  return state.containers.flatMap((container, index) => {
    const name = model.pod.containers[index]?.name ?? "";
    if (container.phase !== "running") return [];
    const sentence = heldBack(model, index, container, heldFor);
    if (sentence !== undefined) return [`${name} waits for ever: for ${sentence}`];
    return container.process === undefined ? [] : [`${name} runs on for ever: nothing stops it`];
  });
}

import type { Kubelet } from "./kubelet.ts";
import { looksIn, type Relevance } from "./knowledge.ts";
import type { ModelOptions } from "./model.ts";
import type { PlayedContainer, PlayedPod, Span } from "./played_pod.ts";
import type { PodEvent, Possible } from "./pod_event.ts";
import type { ContainerState, PodState, Supervision } from "./pod_state.ts";
import { isSameSight, isSameTold } from "./sight.ts";

/** What it depends on what can happen. */
export interface World {
  readonly pod: PlayedPod;
  readonly kubelet: Kubelet;
  readonly relevance: readonly Relevance[];
  readonly options: ModelOptions;
}

/** How long things take that take moments, in milliseconds. */
const STARTING: Span = { from: 200, to: 1_500 };
const BEGINNING: Span = { from: 20, to: 200 };
const NOTICING: Span = { from: 5, to: 100 };
const AT_ONCE: Span = { from: 0, to: 5 };
const SIGNALLING: Span = { from: 5, to: 200 };
const WATCHING: Span = { from: 50, to: 1_500 };
const READING: Span = { from: 1, to: 50 };
const CHECKING: Span = { from: 10, to: 200 };
const OPENING: Span = { from: 500, to: 3_000 };

/** What can happen next, but for what comes from outside. */
export function listPossible(state: PodState, world: World): readonly Possible[] {
  const { kubelet, pod, options } = world;
  if (kubelet.isOver(state)) return [];
  const list: Possible[] = [];
  const add = (event: PodEvent, after: Span, prompt: boolean, by: unknown) =>
    list.push({ event, after, due: undefined, prompt, by });
  const at = (event: PodEvent, due: number, by: unknown) =>
    list.push({ event, after: AT_ONCE, due, prompt: false, by });
  if (state.deletion?.seen === false) {
    add({ kind: "kubeletSeesDeletion" }, NOTICING, true, state.deletion);
  }
  if (kubelet.isRestartDue(state)) {
    add({ kind: "kubeletEndsAll" }, NOTICING, true, state.restart);
  }
  const restarting = kubelet.isRestarting(state);
  if (restarting && state.containers.every(({ phase }) => phase !== "running")) {
    add({ kind: "kubeletBeginsAnew" }, NOTICING, true, state.restart);
  }
  for (const [container, now] of state.containers.entries()) {
    const played = pod.containers[container];
    if (played === undefined) continue;
    if (now.phase !== "running") {
      if (!kubelet.isToStart(state, container)) continue;
      const pause = now.exitCode === undefined ? 0 : options.backoff(now.run + 1);
      const after = { from: STARTING.from + pause, to: STARTING.to + pause };
      add({ kind: "containerStarts", container }, after, false, now.finishedAt);
      continue;
    }
    const { process, supervision } = now;
    if (process !== undefined) {
      const { command: { ends, ready, stops } } = played;
      if (process.told || process.killed) {
        const after = process.killed || stops === undefined ? SIGNALLING : stops;
        add({ kind: "commandStops", container }, after, true, process.killed);
      } else {
        for (const { code, after } of ends) {
          add({ kind: "commandEnds", container, code }, after, false, now.run);
        }
        if (!process.answers && ready !== undefined && isAsked(played)) {
          add({ kind: "commandReady", container }, ready, false, now.run);
        }
      }
    }
    // Neither in order nor with a grace period (KEP-5532).
    if (restarting) add({ kind: "kubeletKills", container }, SIGNALLING, true, state.restart);
    else addStops(container, now);
    const patience = patienceOf(played, now);
    if (patience !== undefined) {
      add(
        { kind: "probeFails", container },
        { from: patience, to: patience },
        false,
        now.startedAt,
      );
    }
    if (supervision !== undefined) addSupervision(container, now, supervision);
  }
  return list;

  function addStops(container: number, { stop, preStopDue, killDue }: ContainerState): void {
    if (stop === "none") return;
    if (preStopDue !== undefined) at({ kind: "preStopEnds", container }, preStopDue, preStopDue);
    if (kubelet.isItsTurn(state, container)) {
      add({ kind: "kubeletStops", container }, SIGNALLING, true, killDue);
    }
    if (killDue !== undefined) at({ kind: "kubeletKills", container }, killDue, killDue);
  }

  function addSupervision(container: number, now: ContainerState, supervision: Supervision): void {
    const { timers, watches, listens, heard, seen, checksReadiness, checked, probes, calling } =
      supervision;
    if (supervision.state.phase === "new") {
      add({ kind: "supervisorBegins", container }, BEGINNING, true, now.run);
      return;
    }
    for (const timer of timers) {
      at({ kind: "timerFires", container, timer: timer.timer }, timer.due, timer);
    }
    const looks = looksIn(world.relevance[container], supervision.state.phase);
    if (watches && state.api && !isSameSight(seen, state, looks)) {
      add({ kind: "podSeen", container }, WATCHING, true, "podSeen");
    }
    const { folder } = pod.containers[container]?.supervisor ?? {};
    for (const look of listens ? looks : []) {
      const { at: sibling, report } = look;
      const other = pod.containers[sibling]?.supervisor;
      if (!report || other?.writes !== true || other.folder !== folder) continue;
      if (!isSameTold(heard[sibling], state.containers[sibling]?.told, look)) {
        add({ kind: "siblingSeen", container, sibling }, READING, true, "siblingSeen");
      }
    }
    if (checksReadiness && now.process?.answers === true && checked !== true) {
      add({ kind: "readinessSeen", container }, CHECKING, true, "readinessSeen");
    }
    for (const index of probes) {
      add({ kind: "checkOpens", container, index }, OPENING, false, "check");
    }
    if (calling !== undefined) {
      add({ kind: "callEnds", container, ok: true }, CHECKING, true, calling);
    }
  }
}

/** Whether anybody notices that its command answers. */
function isAsked({ probes, supervisor }: PlayedContainer): boolean {
  return probes.readiness || probes.startup !== undefined || probes.liveness !== undefined ||
    supervisor?.context.spec.readiness !== undefined;
}

/** How long the kubelet goes on probing a container in which nothing answers. */
function patienceOf(
  { probes, command }: PlayedContainer,
  { stop, process, started, supervision }: ContainerState,
): number | undefined {
  // It begins before a probe has failed often enough.
  if (supervision?.state.phase === "new") return undefined;
  const isPatient = process === undefined
    ? probes.outlastHold
    : process.answers || command.ready !== undefined;
  if (stop !== "none" || isPatient) return undefined;
  return started ? probes.liveness : probes.startup;
}

import { DEFAULT_SPEC, type Spec } from "../spec/spec.ts";
import type { State } from "../supervisor/state.ts";
import { type Look, looksIn, type Relevance } from "./knowledge.ts";
import type { PlayedPod } from "./played_pod.ts";
import type { ContainerState, Supervision, Timer, Told } from "./pod_state.ts";
import { reportWord, statusWord } from "./sight.ts";
import { glyphOf } from "./glyph.ts";
import { knowledgeKey, observationsOf, stateKeyOf, withoutSight } from "./supervisor_key.ts";

/** Gives containers' states numbers: two have the same if nothing that can follow tells them apart. */
export interface Canon {
  /** The state that stands for all that are like it. */
  readonly settle: (index: number, container: ContainerState) => ContainerState;
  /** The number of a state that `settle` has given. */
  readonly number: (container: ContainerState) => number;
  /** The same as a character. */
  readonly glyph: (container: ContainerState) => string;
  /** All of it but what its supervisor has learned of others. */
  readonly essence: (index: number, container: ContainerState) => string;
  /**
   * A number that states have in common which the next sight of the pod makes the same of: they differ
   * in nothing but the last one, whose place it takes.
   */
  readonly unsighted: (index: number, container: ContainerState) => number;
}

/** Timers that bound how long the pod's manifest is waited for: once it is known they mean nothing. */
const UNTIL_MANIFEST: ReadonlySet<string> = new Set(["listening", "api", "newRun"]);

/** Makes numbers for the containers of a pod. */
export function createCanon(pod: PlayedPod, relevance: readonly Relevance[]): Canon {
  const settled = pod.containers.map(() => new Map<string, ContainerState>());
  const byNumber: ContainerState[] = [];
  const glyphs: string[] = [];
  const stateKeys = pod.containers.map(() => new WeakMap<State, string>());
  const toldKeys = new WeakMap<Told, string>();
  const essences: string[] = [];
  const unsighted: number[] = [];
  const unsightedKeys = pod.containers.map(() => new Map<string, number>());
  return {
    settle: (index, container) => {
      if (isSettled(container)) return container;
      const reduced = reduce(container);
      const key = containerKey(index, reduced);
      const before = settled[index]?.get(key);
      if (before !== undefined) return before;
      const one = { ...reduced, number: byNumber.length };
      byNumber.push(one);
      glyphs.push(glyphOf(one.number));
      settled[index]?.set(key, one);
      return one;
    },
    number: (container) => isSettled(container) ? container.number : -1,
    glyph: (container) => isSettled(container) ? glyphs[container.number] ?? "" : "",
    essence: (index, container) =>
      isSettled(container)
        ? essences[container.number] ??= essenceOf(index, container)
        : essenceOf(index, container),
    unsighted: (index, container) =>
      isSettled(container)
        ? unsighted[container.number] ??= unsightedNumber(index, container)
        : unsightedNumber(index, container),
  };

  function specOf(index: number): Spec {
    return pod.containers[index]?.supervisor?.context.spec ?? DEFAULT_SPEC;
  }

  function isSettled(
    container: ContainerState,
  ): container is ContainerState & { readonly number: number } {
    return container.number !== undefined && byNumber[container.number] === container;
  }

  function unsightedNumber(index: number, container: ContainerState): number {
    const { supervision } = container;
    const keys = unsightedKeys[index];
    if (supervision === undefined || keys === undefined) return -1;
    const { state, timers, heard } = supervision;
    const looks = looksIn(relevance[index], state.phase);
    const key = [
      ownKey(container),
      stateKeyOf(
        specOf(index),
        state,
        (known) => knowledgeKey(pod, withoutSight(known), looks),
      ),
      timerKey(timers),
      doingKey(supervision),
      newsKey(heard, looks),
    ].join("|");
    const before = keys.get(key);
    if (before !== undefined) return before;
    keys.set(key, keys.size);
    return keys.size - 1;
  }

  function containerKey(index: number, container: ContainerState): string {
    const { supervision } = container;
    const own = ownKey(container);
    return supervision === undefined ? own : own + supervisionKey(index, supervision);
  }

  function ownKey(container: ContainerState): string {
    const { run, phase, exitCode, formerExitCode, started, ready, stop, process } = container;
    const { preStopDue, killDue, hidden, told, launched, stale } = container;
    const flags = bits(started, ready, hidden, launched, stale) +
      (process === undefined ? "-" : bits(process.answers, process.told, process.killed));
    return `${run}${
      phase[0]
    }${exitCode},${formerExitCode},${flags}${stop},${preStopDue},${killDue},${
      told === undefined ? "" : toldKey(told)
    }`;
  }

  function supervisionKey(index: number, supervision: Supervision): string {
    const { state, timers, seen, heard } = supervision;
    const looks = looksIn(relevance[index], state.phase);
    const sight = seen === undefined ? "-" : seen.pod + looks.map((look) => {
      const container = look.status ? seen.containers[look.at] : undefined;
      return container === undefined ? "" : statusWord(container, look);
    }).join();
    return [
      stateKey(index, state),
      timerKey(timers),
      doingKey(supervision),
      sight,
      newsKey(heard, looks),
    ].join("|");
  }

  function essenceOf(index: number, container: ContainerState): string {
    const { supervision } = container;
    const own = ownKey(container);
    if (supervision === undefined) return own;
    const { state, timers } = supervision;
    const lasting = timers.filter(({ timer }) => !UNTIL_MANIFEST.has(timer));
    const stopped = JSON.stringify([...observationsOf(state)?.stopped ?? []]);
    const key = stateKeyOf(specOf(index), state, () => stopped);
    return [own, key, timerKey(lasting), doingKey(supervision)].join("|");
  }

  function stateKey(index: number, state: State): string {
    const before = stateKeys[index]?.get(state);
    if (before !== undefined) return before;
    const looks = looksIn(relevance[index], state.phase);
    const key = stateKeyOf(specOf(index), state, (known) => knowledgeKey(pod, known, looks));
    stateKeys[index]?.set(state, key);
    return key;
  }

  function toldKey(told: Told): string {
    const before = toldKeys.get(told);
    if (before !== undefined) return before;
    const { report, at, run, alive } = told;
    const { phase, launched, ready, handedOver } = report;
    const code = report.phase === "ended" ? report.exitCode : "";
    const key = `${phase[0]}${code}${bits(launched, ready, handedOver, alive)}${at}${run}`;
    toldKeys.set(told, key);
    return key;
  }
}

function newsKey(heard: Supervision["heard"], looks: readonly Look[]): string {
  return looks.map((look) => {
    const told = look.report ? heard[look.at] : undefined;
    return told === undefined ? "" : reportWord(told, look);
  }).join(";");
}

function timerKey(timers: readonly Timer[]): string {
  return timers.map(({ timer, due }) => `${timer}${due}`).join();
}

function doingKey(supervision: Supervision): string {
  const { watches, listens, checksReadiness, checked, probes, calling } = supervision;
  return bits(watches, listens, checksReadiness, checked === true) + probes.join() + calling;
}

/** Without what means nothing any more. */
function reduce(container: ContainerState): ContainerState {
  const { supervision } = container;
  if (supervision === undefined) return container;
  const { state, timers, watches, listens, seen, heard } = supervision;
  const knowsManifest = observationsOf(state)?.pod?.spec !== undefined;
  return {
    ...container,
    supervision: {
      ...supervision,
      timers: knowsManifest ? timers.filter(({ timer }) => !UNTIL_MANIFEST.has(timer)) : timers,
      seen: watches ? seen : undefined,
      heard: listens ? heard : [],
    },
  };
}

function bits(...flags: readonly boolean[]): string {
  let text = "";
  for (const flag of flags) text += flag ? "1" : "0";
  return text;
}

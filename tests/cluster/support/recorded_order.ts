/** The order of facts that the history of a pod and its log lines tell. */
import * as v from "valibot";
import { type Fact, SAID, type SeenFact } from "../../simulate/support/seen_order.ts";
import type { Pod, PodEvent } from "./cluster.ts";
import type { LogLine } from "./followed_logs.ts";

/**
 * What times may be late by, in milliseconds: runtime and supervisor note them after the fact, and on a
 * machine that has much to do a runtime takes its time.
 */
const LATE = 3_000;

/** What a supervisor says rests on what it knew so long ago, in milliseconds, where there is much to do. */
const SLOW = 1_000;

const koordinatorLine = v.object({
  logger: v.literal("koordinator"),
  event: v.string(),
  time: v.pipe(v.string(), v.transform(Date.parse)),
});

/** What a server of the lives says before it opens its port: the second in which it does, since 1970. */
const OPEN = /^open at (\d+)$/;

/**
 * Makes the order of what was seen of a pod. The clocks of the node and of this machine are taken to be
 * the same.
 */
export function recordedOrder(
  history: readonly PodEvent[],
  lines: readonly LogLine[],
): readonly SeenFact[] {
  const [first] = history;
  if (first === undefined) return [];
  const { name } = first.object.metadata;
  const told = toldFacts(history);
  const own = lines.filter(({ pod }) => pod === name);
  const said = own.flatMap(({ container, text }) => lineOf(container, text) ?? []);
  const facts = [
    ...told.map((fact) => sharpened(fact, told, own, said)),
    ...said.flatMap(({ container, event, time }): readonly SeenFact[] => {
      const known = SAID.find((one) => one === event);
      return known === undefined
        ? []
        : [{ what: "said", container, event: known, from: time - SLOW, to: time }];
    }),
  ];
  return facts
    .map((fact) => ({ ...fact, from: fact.from - first.at, to: fact.to - first.at }))
    .toSorted((a, b) => a.to - b.to);
}

/** What the log lines of a pod tell of the circumstances. */
export function circumstancesOf(
  pod: string,
  lines: readonly LogLine[],
): { readonly cutLogs?: readonly string[]; readonly apiFailed?: boolean } {
  const said = lines.flatMap((line) =>
    line.pod === pod ? lineOf(line.container, line.text) ?? [] : []
  );
  const names = new Set(said.map(({ container }) => container));
  const cutLogs = [...names].filter((name) =>
    said.findLast(({ container }) => container === name)?.event !== "ended"
  );
  return {
    ...cutLogs.length === 0 ? {} : { cutLogs },
    ...said.some(({ event }) => event === "apiFailed") ? { apiFailed: true } : {},
  };
}

interface Line {
  readonly container: string;
  readonly event: string;
  readonly time: number;
}

function lineOf(container: string, text: string): Line | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    const { success, output } = v.safeParse(koordinatorLine, JSON.parse(text));
    return success ? { container, ...output } : undefined;
  } catch {
    return undefined;
  }
}

/** What the API server told, each fact once. */
function toldFacts(history: readonly PodEvent[]): readonly SeenFact[] {
  const facts = new Map<string, SeenFact>();
  const tell = (fact: Fact, from: number, to: number) => {
    const key = JSON.stringify(fact);
    if (!facts.has(key)) facts.set(key, { ...fact, from: Math.min(from, to), to });
  };
  const begun = history[0]?.at ?? 0;
  const ended = history.at(-1)?.at ?? begun;
  let deletedFrom: number | undefined;
  for (const { type, object, at } of history) {
    const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = object.metadata;
    if (deletionTimestamp !== undefined) {
      deletedFrom ??= Date.parse(deletionTimestamp) - deletionGracePeriodSeconds * 1_000;
      // The node hears of it later: up to the pod's end it may have been any time.
      tell({ what: "deleted" }, deletedFrom, ended);
    }
    const { phase } = object.status;
    if (deletedFrom === undefined && isPhase(phase) && phase !== "Pending") {
      tell({ what: "phase", phase }, begun, at);
    }
    for (const status of statusesOf(object)) {
      const run = status.restartCount ?? 0;
      const { state, lastState } = status;
      const runOfLast = state.waiting === undefined ? run - 1 : run;
      for (const [which, container] of [[lastState, runOfLast], [state, run]] as const) {
        if (which === undefined) continue;
        const { running, terminated } = which;
        const one = running ?? terminated;
        if (one === undefined) continue;
        const [from, to] = secondOf(one.startedAt, begun, at);
        tell({ what: "started", container: status.name, run: container }, from, to);
        if (terminated === undefined) continue;
        const { exitCode: code, finishedAt } = terminated;
        const [first, last] = secondOf(finishedAt, begun, at);
        tell({ what: "ended", container: status.name, run: container, code }, first, last);
      }
      if (status.ready === true && state.running !== undefined) {
        const [from] = secondOf(state.running.startedAt, begun, at);
        tell({ what: "ready", container: status.name, run }, from, at);
      }
    }
    if (type === "DELETED") {
      tell({ what: "phase", phase: "Gone" }, deletedFrom ?? begun, at);
    }
  }
  return [...facts.values()];
}

function isPhase(phase: string): phase is "Pending" | "Running" | "Succeeded" | "Failed" {
  return ["Pending", "Running", "Succeeded", "Failed"].includes(phase);
}

function statusesOf({ status }: Pod) {
  return [...status.initContainerStatuses, ...status.containerStatuses];
}

/** When something was that is told in whole seconds, and was known at a time. */
function secondOf(
  date: string | null | undefined,
  begun: number,
  known: number,
): readonly [from: number, to: number] {
  const second = date ? Date.parse(date) : NaN;
  return second > begun - 60_000 ? [second - LATE, Math.min(second + 999, known)] : [begun, known];
}

/** A fact with what the container itself says of its time. */
function sharpened(
  fact: SeenFact,
  told: readonly SeenFact[],
  lines: readonly LogLine[],
  said: readonly Line[],
): SeenFact {
  if (fact.what === "ended") {
    const start = told.find((other) =>
      other.what === "started" && other.container === fact.container && other.run === fact.run
    );
    // Not the last word of the run before: that of this one may be lost.
    const earliest = Math.max(fact.from - LATE, (start?.from ?? -Infinity) + LATE);
    // The supervisor's last word of that run. Its siblings hear of it before it says so.
    const last = said.findLast(({ container, event, time }) =>
      container === fact.container && event === "ended" && time <= fact.to && time >= earliest
    );
    return last === undefined ? fact : { ...fact, from: last.time - LATE, to: last.time };
  }
  if (fact.what !== "ready") return fact;
  const opened = lines.flatMap(({ container, text }) => {
    const [, second] = container === fact.container ? OPEN.exec(text) ?? [] : [];
    const time = Number(second ?? NaN) * 1_000;
    return fact.from <= time && time <= fact.to ? [time] : [];
  });
  return { ...fact, from: Math.max(fact.from, ...opened) };
}

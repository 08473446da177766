import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Spec, Until, When } from "../../lib/spec/spec.ts";
import type { Sources } from "../../lib/supervisor/state.ts";
import {
  byApiServer,
  bySiblings,
  histories,
  type History,
  LONGEST_DELAY,
  merged,
} from "./history.ts";
import { ALONE, BOTH } from "./play.ts";
import { type Deed, type Happening, playTimeline } from "./timeline.ts";
import { times } from "../support/whole.ts";

/** Who tells what there is to tell. */
type Telling =
  | "both"
  | "state directory"
  | "state directory, the API server refuses"
  | "API server";

const TELLING: readonly Telling[] = [
  "both",
  "state directory",
  "state directory, the API server refuses",
  "API server",
];

function tell(history: History, telling: Telling): readonly (readonly [number, Happening])[] {
  switch (telling) {
    case "both":
      return merged(byApiServer(history), bySiblings(history));
    case "state directory":
      return bySiblings(history);
    case "state directory, the API server refuses":
      return merged([[300, () => ({ kind: "apiRefused" })]], bySiblings(history));
    case "API server":
      return byApiServer(history);
  }
}

function sourcesOf(telling: Telling, history: History): Sources {
  // Under Always a success without the API server is taken for the last end: somebody must say so.
  const restartPolicy = history.policy === "Always" ? "Always" : undefined;
  return telling === "state directory" ? { ...ALONE, restartPolicy } : { ...BOTH, restartPolicy };
}

function play(spec: Partial<Spec>, history: History, telling: Telling) {
  const sources = sourcesOf(telling, history);
  return playTimeline(spec, tell(history, telling), { self: "side", sources });
}

const when = (deeds: readonly Deed[], kinds: readonly string[]) =>
  deeds.find(({ effect }) => kinds.includes(effect.kind))?.at;

/** When the command may count as ready: as soon as it is launched where nobody can know better. */
function readyFrom({ probed, checked }: History, telling: Telling, run: History["runs"][number]) {
  if (telling === "API server") return probed ? run.ready : checked ? Infinity : run.began;
  if (checked || probed && telling === "both") return run.ready;
  // Without a probe the kubelet's word speaks of the supervisor, until that one is heard.
  return telling === "both" ? run.began : run.launched;
}

/** Whether the condition held at some moment from which no source tells any more after `at`. */
function held(history: History, until: Until, telling: Telling, at: number): boolean {
  return history.runs.some((run) => {
    switch (until) {
      case "ready": {
        const from = readyFrom(history, telling, run);
        return from <= at && run.ended >= at - LONGEST_DELAY;
      }
      case "started":
        return (isAsked(telling) ? run.began : run.launched) <= at;
      case "succeeded":
        return run.ended <= at && run.ended < Infinity && run.exitCode === 0;
      case "terminated":
        return run.ended <= at && run.ended < Infinity;
    }
  });
}

function isAsked(telling: Telling): boolean {
  return telling === "both" || telling === "API server";
}

/** When the container has ended for good. */
function overAt({ runs }: History): number {
  return runs.at(-1)?.ended ?? Infinity;
}

/** Whether the condition holds in the end, for good. */
function holdsInTheEnd(history: History, until: Until, telling: Telling): boolean {
  const last = history.runs.at(-1);
  if (last === undefined) return false;
  return until === "ready"
    ? last.ended === Infinity && readyFrom(history, telling, last) < Infinity
    : held(history, until, telling, Infinity) && (until !== "started" || last.launched < Infinity);
}

const untils = fc.constantFrom<Until>("started", "ready", "succeeded", "terminated");
const tellings = fc.constantFrom(...TELLING);

Deno.test("whatever each source tells late, nothing is launched before its condition held, and what holds is launched", () => {
  fc.assert(
    fc.property(histories, untils, tellings, (history, until, telling) => {
      const startDeps = [{ kind: "container", container: "main", until, optional: false }] as const;
      const { deeds } = play({ startDeps }, history, telling);
      const launched = when(deeds, ["launch", "handOver"]);
      const gaveUp = launched === undefined ? when(deeds, ["exit"]) : undefined;
      if (launched !== undefined) assert(held(history, until, telling, launched), `at ${launched}`);
      if (gaveUp !== undefined) {
        assert(overAt(history) <= gaveUp, `gave up at ${gaveUp}, though it runs on`);
      }
      if (holdsInTheEnd(history, until, telling)) assert(launched !== undefined, "never launched");
      if (launched === undefined && overAt(history) < Infinity) assert(gaveUp !== undefined);
    }),
    { numRuns: times(4_000, 500) },
  );
});

const whens = fc.constantFrom<When>("final", "terminated", "succeeded", "failed");

function hasEnded({ runs }: History, when: When, at: number): boolean {
  return runs.some((run, index) => {
    if (run.ended > at || run.ended === Infinity) return false;
    switch (when) {
      case "final":
        return index === runs.length - 1;
      case "terminated":
        return true;
      case "succeeded":
        return run.exitCode === 0;
      case "failed":
        return run.exitCode !== 0;
    }
  });
}

Deno.test("whatever each source tells late, nothing is stopped before its condition held, and what holds stops", () => {
  fc.assert(
    fc.property(histories, whens, tellings, (history, condition, telling) => {
      const stopDeps = [{ container: "main", when: condition }];
      const { deeds } = play({ stopDeps }, history, telling);
      const stopped = when(deeds, ["signal"]);
      if (stopped !== undefined) assert(hasEnded(history, condition, stopped), `at ${stopped}`);
      assertEquals(
        stopped !== undefined,
        hasEnded(history, condition, Infinity) &&
          (condition !== "final" || history.policy !== "Always" && overAt(history) < Infinity),
      );
    }),
    { numRuns: times(4_000, 500) },
  );
});

import { seconds } from "../spec/duration.ts";
import type { Spec } from "../spec/spec.ts";
import { log } from "./effects.ts";
import type { Effect, Event } from "./events.ts";
import { longestNewRunTime } from "./finality.ts";
import { learn, type Observations } from "./observations.ts";
import { silenceOf } from "./silence.ts";

/** After this time a sibling that was not heard of, or an API server that has said nothing, is silent. */
const LISTENING = seconds(10);

/** A Role that is made together with its pod may take effect this much later. */
const REFUSED_FOR_GOOD = seconds(3);

/** What an event taught, and what is to be done to learn more. */
export interface Lesson {
  readonly known: Observations;
  readonly effects: readonly Effect[];
}

/** Begins to follow the siblings, and the pod. */
export function observe(pod: boolean, siblings: boolean): readonly Effect[] {
  const effects: Effect[] = [];
  if (siblings) effects.push({ kind: "observeSiblings" });
  if (pod) effects.push({ kind: "observePod" });
  if (pod && siblings) effects.push({ kind: "setTimer", timer: "listening", after: LISTENING });
  return effects;
}

/** Learns from an event, and sets the timers that bound how long one source is waited for. */
export function attend(spec: Spec, before: Observations, event: Event): Lesson {
  const known = learn(before, event);
  switch (event.kind) {
    case "siblingReported":
    case "siblingEnded": {
      const ends = known.told.get(event.container)?.ends ?? 0;
      const isNew = ends > (before.told.get(event.container)?.ends ?? 0);
      return { known, effects: isNew ? expectNewRun(known) : [] };
    }
    case "apiRefused":
      return {
        known,
        effects: known.refused === before.refused
          ? []
          : [{ kind: "setTimer", timer: "api", after: REFUSED_FOR_GOOD }],
      };
    case "timerFired":
      return {
        known,
        effects: event.timer === "listening"
          ? silenceOf(spec, known).map((line) => log("warning", "siblingSilent", line))
          : [],
      };
    default:
      return { known, effects: [] };
  }
}

/** Waits for a new run of any sibling which has ended. */
function expectNewRun(known: Observations): readonly Effect[] {
  const after = longestNewRunTime(known);
  return after === undefined ? [] : [{ kind: "setTimer", timer: "newRun", after }];
}

import type { Spec } from "../../lib/spec/spec.ts";
import type { Effect, Event, TimerName } from "../../lib/supervisor/events.ts";
import { INITIAL } from "../../lib/supervisor/machine.ts";
import type { State } from "../../lib/supervisor/state.ts";
import { BOTH, contextOf } from "./play.ts";
import { listedStep } from "./transitions.ts";

/** When the node's clock shows 0 ms of a timeline. */
export const START = Date.parse("2026-01-01T00:00:00Z");

/** An event that knows its time, or is given it. */
export type Happening = (at: number) => Event;

/** What a supervisor did, and when: milliseconds of the timeline. */
export interface Deed {
  readonly at: number;
  readonly effect: Effect;
}

/**
 * Plays events at their times, and every timer and alarm when it is due, as the runtime does.
 *
 * @param happenings times in milliseconds, ascending
 */
export function playTimeline(
  spec: Partial<Spec>,
  happenings: readonly (readonly [at: number, happening: Happening])[],
  { self = "side", sources = BOTH } = {},
): { readonly state: State; readonly deeds: readonly Deed[] } {
  const context = contextOf(spec, self, sources);
  const timers = new Map<TimerName, number>();
  const deeds: Deed[] = [];
  let state: State = INITIAL;

  function happen(at: number, event: Event): void {
    const result = listedStep(context, state, event);
    state = result.state;
    for (const effect of result.effects) {
      deeds.push({ at, effect });
      if (effect.kind === "setTimer") timers.set(effect.timer, at + effect.after);
      if (effect.kind === "setAlarm") timers.set(effect.timer, Math.max(at, effect.at - START));
      if (effect.kind === "clearTimer") timers.delete(effect.timer);
    }
  }

  function fireUntil(end: number): void {
    for (;;) {
      const [next] = [...timers].toSorted(([, one], [, other]) => one - other);
      if (next === undefined || next[1] > end || state.phase === "done") return;
      timers.delete(next[0]);
      happen(next[1], { kind: "timerFired", timer: next[0] });
    }
  }

  happen(0, { kind: "begun" });
  for (const [at, happening] of happenings) {
    fireUntil(at);
    happen(at, happening(START + at));
  }
  // Beyond all that a test waits for: a progress line would be told for ever.
  fireUntil((happenings.at(-1)?.[0] ?? 0) + 7_200_000);
  return { state, deeds };
}

/** The signals sent to the command: `22500 SIGTERM process`. */
export function sentAt({ deeds }: { readonly deeds: readonly Deed[] }): readonly string[] {
  return deeds.flatMap(({ at, effect }) =>
    effect.kind === "signal" ? [`${at} ${effect.signal} ${effect.whom}`] : []
  );
}

/** The lines of the log of one level. */
export function saidAs(
  { deeds }: { readonly deeds: readonly Deed[] },
  level: "info" | "warning" | "error",
): readonly string[] {
  return deeds.flatMap(({ effect }) =>
    effect.kind === "log" && effect.level === level ? [effect.message] : []
  );
}

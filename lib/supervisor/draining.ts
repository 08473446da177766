import { formatDuration } from "../spec/duration.ts";
import type { Spec } from "../spec/spec.ts";
import { attend } from "./attention.ts";
import { killTime, LAST_MOMENT } from "./deadline.ts";
import { inWords } from "./closing.ts";
import { log, pass, prepend, send } from "./effects.ts";
import { conclude, STOP_TIMERS } from "./ending.ts";
import type { Effect, Event } from "./events.ts";
import type { Context, Draining, Running, Step } from "./state.ts";

/**
 * What the command's end means. Where its whole group was signalled, what is left of the group has
 * time to end as well, as under systemd's KillMode=control-group.
 */
export function end(
  context: Context,
  state: Running,
  { end, left = { inGroup: false, asChildren: false } }: Extract<Event, { kind: "childExited" }>,
): Step {
  const { spec } = context;
  if (spec.killMode !== "group" || !left.inGroup || state.stopStep === "kill") {
    return conclude(context, state, end, left);
  }
  const time = formatDuration(spec.termTimeout);
  const killedAt = killTime(state);
  const effects: Effect[] = [
    ...STOP_TIMERS,
    log(
      "info",
      "groupDraining",
      `the command has ended: ${inWords(end)}; what is left of its group has ${time} to end`,
      { end },
    ),
    ...isGroupTold(spec, state) ? [] : [send(spec, spec.termSignal)],
    { kind: "setTimer", timer: "escalation", after: spec.termTimeout },
  ];
  if (killedAt !== undefined) {
    effects.push({ kind: "setAlarm", timer: "order", at: killedAt - LAST_MOMENT });
  }
  effects.push({ kind: "awaitGroup" });
  return { state: { phase: "draining", running: state, end, left }, effects };
}

function isGroupTold(spec: Spec, { stopStep, termination }: Running): boolean {
  return termination?.delivered === true || stopStep === "termSignal" ||
    stopStep === "stopAction" && spec.whenStopDepExited.kind === "signal";
}

/** What an event means while what is left of the command's group has time to end. */
export function stepDraining(context: Context, state: Draining, event: Event): Step {
  const { running, end, left } = state;
  switch (event.kind) {
    case "groupEnded":
      return conclude(context, running, end, { ...left, inGroup: false });
    case "signalled":
      return { state, effects: pass(context.spec, event.signal) };
    case "timerFired":
      if (event.timer === "escalation" || event.timer === "order") {
        return prepend(
          log("warning", "stopEscalated", "what is left of the command's group runs on: SIGKILL"),
          conclude(context, running, end, left),
        );
      }
      return attendTo(context, state, event);
    default:
      return attendTo(context, state, event);
  }
}

/** A command that is launched again must know all that was told meanwhile. */
function attendTo({ spec }: Context, state: Draining, event: Event): Step {
  const { known, effects } = attend(spec, state.running.known, event);
  return { state: { ...state, running: { ...state.running, known } }, effects };
}

import { formatDuration, milliseconds, seconds } from "../spec/duration.ts";
import type { SignalName } from "../spec/signal.ts";
import type { Spec } from "../spec/spec.ts";
import { log, pass, prepend, send } from "./effects.ts";
import type { Effect, Event } from "./events.ts";
import { LAUNCHED } from "./report.ts";
import { isPodTerminating } from "./served.ts";
import type { Running, Step } from "./state.ts";
import { meaningOf } from "./stop_signals.ts";
import { extend } from "./termination.ts";

/** How long a command may take to end after a stop action that has succeeded. */
const AFTER_ACTION = seconds(1);

/** The stop on behalf of dependencies that have ended, named for the log. */
export function stopFor(spec: Spec, state: Running, met: string): Step {
  if (spec.stopLinger === 0 || isTold(state)) {
    return prepend(stopLine(spec, met, ""), ask(spec, state));
  }
  const { termination } = state;
  const held = termination &&
    { ...termination, delayed: false, order: "held", heldUntil: undefined } as const;
  const lingering = extend(spec, { ...state, stopStep: "stopLinger", termination: held });
  const later = ` in ${formatDuration(spec.stopLinger)}`;
  return {
    state: lingering.state,
    effects: [
      stopLine(spec, met, later),
      { kind: "publish", progress: { phase: "stopping", ...LAUNCHED } },
      { kind: "clearTimer", timer: "stopDelay" },
      { kind: "clearTimer", timer: "order" },
      { kind: "setTimer", timer: "stopLinger", after: spec.stopLinger },
      ...lingering.effects,
    ],
  };
}

function stopLine(spec: Spec, met: string, later: string): Effect {
  return log(
    "info",
    "stopDependencyMet",
    `stop dependency ${met} has ended: stopping the command${later}`,
    {
      action: spec.whenStopDepExited.kind,
    },
  );
}

/** Asks the command to stop, as the spec says. */
export function ask(spec: Spec, state: Running): Step {
  const action = spec.whenStopDepExited;
  // Told to the siblings once the command is: what it does upon that is told after this in any case.
  const effects: readonly Effect[] = [
    { kind: "publish", progress: { phase: "stopping", ...LAUNCHED } },
    { kind: "clearTimer", timer: "stopDelay" },
    { kind: "clearTimer", timer: "stopLinger" },
    { kind: "clearTimer", timer: "order" },
  ];
  const asked: Running = { ...state, stopStep: "stopAction" };
  if (
    action.kind === "default" || action.kind === "signal" && action.signal === spec.termSignal
  ) {
    const told = tell(spec, asked);
    return { ...told, effects: [...told.effects, ...effects] };
  }
  const request: Effect = action.kind === "signal"
    ? send(spec, action.signal)
    : { kind: "callStopAction", action };
  const wait: Effect = { kind: "setTimer", timer: "escalation", after: spec.termTimeout };
  return { state: asked, effects: [request, wait, ...effects] };
}

/** What the end of a stop action means. */
export function stepActionEnded(
  spec: Spec,
  state: Running,
  { ok }: Extract<Event, { kind: "stopActionEnded" }>,
): Step {
  if (state.stopStep !== "stopAction") return { state, effects: [] };
  if (ok) {
    const after = milliseconds(Math.min(AFTER_ACTION, spec.termTimeout));
    return { state, effects: [{ kind: "setTimer", timer: "escalation", after }] };
  }
  return prepend(
    log(
      "warning",
      "stopEscalated",
      `${termSignalOf(spec, state)} instead of the stop action, which failed`,
    ),
    tell(spec, state),
  );
}

/** The signal that came from outside, where one did; it is not sent twice. */
function tell(spec: Spec, state: Running): Step {
  const { termination } = state;
  const passed = termination === undefined ? [] : pass(spec, termination.signal);
  const effects = isTold(state)
    ? []
    : passed.length > 0
    ? passed
    : [send(spec, termSignalOf(spec, state))];
  return {
    state: {
      ...state,
      stopStep: "termSignal",
      termination: termination && { ...termination, delivered: true },
    },
    effects: [...effects, { kind: "setTimer", timer: "escalation", after: spec.termTimeout }],
  };
}

function isTold({ termination }: Running): boolean {
  return termination !== undefined && termination.certain && termination.delivered;
}

function termSignalOf(spec: Spec, { termination }: Running): SignalName {
  return termination?.signal ?? spec.termSignal;
}

/** What a rung of the stop that has led to nothing means. */
export function escalate(spec: Spec, state: Running): Step {
  switch (state.stopStep) {
    case "stopAction": {
      const signal = termSignalOf(spec, state);
      return prepend(
        log("info", "stopEscalated", `the command runs on after the stop action: ${signal}`),
        tell(spec, state),
      );
    }
    case "termSignal": {
      const timeout = formatDuration(spec.termTimeout);
      const signal = termSignalOf(spec, state);
      return {
        state: { ...state, stopStep: "kill" },
        effects: [
          log(
            "warning",
            "stopEscalated",
            `the command runs on ${timeout} after ${signal}: SIGKILL`,
          ),
          {
            kind: "signal",
            signal: "SIGKILL",
            whom: spec.killMode === "process" ? "process" : "group",
          },
        ],
      };
    }
    default:
      return { state, effects: [] };
  }
}

/** What a signal from outside means once a stop has begun: the first is no reason to linger less. */
export function signalWhileStopping(
  spec: Spec,
  state: Running,
  { signal, at }: Extract<Event, { kind: "signalled" }>,
): Step {
  const meaning = meaningOf(spec, state.known, signal);
  const ends = meaning === "terminate" || meaning === "quit" ||
    meaning === "control" && isPodTerminating(spec, state.known, at);
  if (state.stopStep !== "stopLinger" || !ends) return { state, effects: pass(spec, signal) };
  if (state.termination !== undefined) return ask(spec, state);
  return extend(spec, {
    ...state,
    termination: {
      signal,
      at,
      certain: true,
      delayed: false,
      order: "held",
      heldUntil: undefined,
      delivered: false,
    },
  });
}

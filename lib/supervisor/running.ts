import { formatDuration } from "../spec/duration.ts";
import type { SignalName } from "../spec/signal.ts";
import type { Spec } from "../spec/spec.ts";
import type { Effect, End, Event } from "./events.ts";
import { finish } from "./finishing.ts";
import type { Context, Rung, Running, Step } from "./state.ts";
import { judgeStops, noteRestarts } from "./stop.ts";

/** What an event means while the command runs. */
export function stepRunning(context: Context, state: Running, event: Event): Step {
  const { spec } = context;
  switch (event.kind) {
    case "podObserved": {
      const restarts = noteRestarts(event.pod, state.restarts);
      const { stopped, met } = judgeStops(spec, event.pod, restarts, state.stopped);
      const known = { ...state, restarts, stopped };
      return met === undefined || state.rung !== undefined
        ? { state: known, effects: [] }
        : ask(spec, known, met);
    }
    case "signalled":
      return stepSignal(spec, state, event.signal);
    case "timerFired":
      if (event.timer === "stopDelay" && state.delayed !== undefined) {
        return deliver(spec, state, state.delayed);
      }
      if (event.timer === "escalation") return escalate(spec, state);
      return { state, effects: [] };
    case "stopActionEnded":
      if (event.ok || state.rung !== "asked") return { state, effects: [] };
      return prepend(
        log("warning", `the stop action failed (${event.detail}): ${spec.termSignal} instead`),
        tell(spec, state),
      );
    case "childExited":
      return end(spec, state, event.end);
    default:
      return { state, effects: [] };
  }
}

function stepSignal(spec: Spec, state: Running, signal: SignalName): Step {
  if (signal !== spec.termSignal || spec.stopDelay === 0 || state.rung !== undefined) {
    return { state, effects: [send(spec, signal)] };
  }
  if (state.delayed !== undefined) return deliver(spec, state, signal);
  return {
    state: { ...state, delayed: signal },
    effects: [
      log("info", `${signal} received: held back for ${formatDuration(spec.stopDelay)}`),
      { kind: "setTimer", timer: "stopDelay", after: spec.stopDelay },
    ],
  };
}

function deliver(spec: Spec, state: Running, signal: SignalName): Step {
  return {
    state: { ...state, delayed: undefined },
    effects: [{ kind: "clearTimer", timer: "stopDelay" }, send(spec, signal)],
  };
}

function ask(spec: Spec, state: Running, met: string): Step {
  const action = spec.whenStopDepExited;
  const why = log("info", `stop dependency ${met} has ended: stopping the command`, {
    action: action.kind,
  });
  const asked: Running = { ...state, rung: "asked", delayed: undefined };
  const clear: Effect = { kind: "clearTimer", timer: "stopDelay" };
  const wait: Effect = { kind: "setTimer", timer: "escalation", after: spec.termTimeout };
  switch (action.kind) {
    case "default":
      return prepend(why, prepend(clear, tell(spec, asked)));
    case "signal":
      return action.signal === spec.termSignal
        ? prepend(why, prepend(clear, tell(spec, asked)))
        : { state: asked, effects: [why, clear, send(spec, action.signal), wait] };
    default:
      return { state: asked, effects: [why, clear, { kind: "callStopAction", action }, wait] };
  }
}

function tell(spec: Spec, state: Running): Step {
  return {
    state: { ...state, rung: "told" },
    effects: [
      send(spec, spec.termSignal),
      { kind: "setTimer", timer: "escalation", after: spec.termTimeout },
    ],
  };
}

function escalate(spec: Spec, state: Running): Step {
  const timeout = formatDuration(spec.termTimeout);
  switch (state.rung) {
    case "asked":
      return prepend(
        log("warning", `the command runs on ${timeout} after the stop action: ${spec.termSignal}`),
        tell(spec, state),
      );
    case "told":
      return {
        state: { ...state, rung: "killed" },
        effects: [
          log("warning", `the command runs on ${timeout} after ${spec.termSignal}: SIGKILL`),
          { kind: "signal", signal: "SIGKILL", whom: killed(spec) },
        ],
      };
    default:
      return { state, effects: [] };
  }
}

function end(spec: Spec, state: Running, end: End): Step {
  const own = end.kind === "exited" ? end.code : 128 + end.signal;
  const code = mapped(spec, state.rung, own);
  const calls = spec.afterExit.filter(({ on }) =>
    on === "always" || (on === "success") === (code === 0)
  );
  const reason = state.rung === "killed"
    ? "the command had to be killed after a stop dependency had ended"
    : undefined;
  const effects: Effect[] = [
    { kind: "clearTimer", timer: "stopDelay" },
    { kind: "clearTimer", timer: "escalation" },
    { kind: "forgetPod" },
  ];
  if (spec.killMode !== "process") {
    effects.push({ kind: "signal", signal: "SIGKILL", whom: "group" });
  }
  effects.push(log("info", "the command has ended", { end, exitCode: code }));
  return finish(calls, code, reason, effects);
}

function mapped(spec: Spec, rung: Rung | undefined, own: number): number {
  if (rung === undefined) return own;
  if (rung === "killed") return spec.killedByStopDepExitCode;
  return spec.terminatedByStopDepExitCode < 0 ? own : spec.terminatedByStopDepExitCode;
}

function send(spec: Spec, signal: SignalName): Effect {
  return { kind: "signal", signal, whom: spec.killMode === "group" ? "group" : "process" };
}

function killed(spec: Spec): "process" | "group" {
  return spec.killMode === "process" ? "process" : "group";
}

function log(
  level: "info" | "warning",
  message: string,
  fields?: Readonly<Record<string, unknown>>,
): Effect {
  return fields === undefined
    ? { kind: "log", level, message }
    : { kind: "log", level, message, fields };
}

function prepend(effect: Effect, step: Step): Step {
  return { state: step.state, effects: [effect, ...step.effects] };
}

import { formatDuration } from "../spec/duration.ts";
import type { Spec } from "../spec/spec.ts";
import { findContainer, notInPod } from "./container.ts";
import { isCurious } from "./curiosity.ts";
import type { Effect, End, Event } from "./events.ts";
import { callsAfter, finish } from "./finishing.ts";
import { type Knowledge, learn } from "./knowledge.ts";
import type { Context, Rung, Running, Step } from "./state.ts";
import { budgetFault, judgeStops } from "./stop.ts";
import { reconsider, stepTermination, stepTerminationTimer } from "./termination.ts";
import { log, pass, prepend, send } from "./effects.ts";
import { waitAgain } from "./waiting.ts";

/** What an event means while the command runs; the pod is forgotten once nothing of it matters. */
export function stepRunning(context: Context, state: Running, event: Event): Step {
  const next = answer(context, state, event);
  const { spec } = context;
  return next.state.phase === "running" && isCurious(spec, state) && !isCurious(spec, next.state)
    ? { ...next, effects: [...next.effects, { kind: "forgetPod" }] }
    : next;
}

function answer(context: Context, state: Running, event: Event): Step {
  const { spec } = context;
  switch (event.kind) {
    case "podObserved":
    case "siblingReported": {
      const known = learn(state.known, event);
      const { stopped, met } = judgeStops(spec, known);
      const now: Running = { ...state, known: { ...known, stopped } };
      const step = met === undefined || state.rung !== undefined
        ? reconsider(spec, now)
        : ask(spec, now, met);
      const faults = state.known.pod === undefined ? faultsOf(spec, known) : [];
      return { ...step, effects: [...faults, ...step.effects] };
    }
    case "signalled":
      return event.signal === spec.termSignal
        ? stepTermination(spec, state, event.signal)
        : { state, effects: pass(spec, event.signal) };
    case "childStopped":
      return { state, effects: [{ kind: "suspend", by: "terminal" }] };
    case "timerFired":
      return event.timer === "escalation"
        ? escalate(spec, state)
        : stepTerminationTimer(spec, state, event.timer);
    case "stopActionEnded":
      if (event.ok || state.rung !== "asked") return { state, effects: [] };
      return prepend(
        log("warning", `the stop action failed (${event.detail}): ${spec.termSignal} instead`),
        tell(spec, state),
      );
    case "childExited":
      return end(context, state, event.end);
    default:
      return { state, effects: [] };
  }
}

/** What is wrong between the spec and the pod, told once, when the pod is first seen. */
function faultsOf(spec: Spec, { pod }: Knowledge): readonly Effect[] {
  if (pod?.spec === undefined) return [];
  const unknown = spec.stopDeps.filter(({ container }) =>
    findContainer(pod, container) === undefined
  );
  const budget = budgetFault(spec, pod);
  return [
    ...unknown.map(({ container }) =>
      log("error", `stop dependency ${container}: ${notInPod(pod, container)}`)
    ),
    ...(budget === undefined ? [] : [log("warning", budget)]),
  ];
}

function ask(spec: Spec, state: Running, met: string): Step {
  const action = spec.whenStopDepExited;
  const effects: readonly Effect[] = [
    log("info", `stop dependency ${met} has ended: stopping the command`, { action: action.kind }),
    { kind: "publish", report: { phase: "stopping" } },
    { kind: "clearTimer", timer: "stopDelay" },
    { kind: "clearTimer", timer: "order" },
  ];
  const asked: Running = { ...state, rung: "asked" };
  const wait: Effect = { kind: "setTimer", timer: "escalation", after: spec.termTimeout };
  if (
    action.kind === "default" || action.kind === "signal" && action.signal === spec.termSignal
  ) {
    const told = tell(spec, asked);
    return { ...told, effects: [...effects, ...told.effects] };
  }
  const request: Effect = action.kind === "signal"
    ? send(spec, action.signal)
    : { kind: "callStopAction", action };
  return { state: asked, effects: [...effects, request, wait] };
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
          {
            kind: "signal",
            signal: "SIGKILL",
            whom: spec.killMode === "process" ? "process" : "group",
          },
        ],
      };
    default:
      return { state, effects: [] };
  }
}

function end(context: Context, state: Running, end: End): Step {
  const { spec } = context;
  const own = end.kind === "exited" ? end.code : 128 + end.signal;
  const code = mapped(spec, state.rung, own);
  const effects: Effect[] = [
    { kind: "clearTimer", timer: "stopDelay" },
    { kind: "clearTimer", timer: "order" },
    { kind: "clearTimer", timer: "escalation" },
  ];
  if (spec.killMode !== "process") {
    effects.push({ kind: "signal", signal: "SIGKILL", whom: "group" });
  }
  effects.push(log("info", "the command has ended", { end, exitCode: code }));
  if (isRestarted(spec, state, own)) {
    const again = waitAgain(context, state);
    return { ...again, effects: [...effects, ...again.effects] };
  }
  const reason = state.rung === "killed"
    ? "the command had to be killed after a stop dependency had ended"
    : undefined;
  effects.push({ kind: "forgetPod" });
  return finish(callsAfter(spec, state.known, code), code, reason, effects);
}

/** A command that was told to stop is not launched again. */
function isRestarted(spec: Spec, state: Running, own: number): boolean {
  if (state.rung !== undefined || state.termination !== undefined) return false;
  const { policy, maxRetries } = spec.restart;
  if (policy === "never" || policy === "onFailure" && own === 0) return false;
  return maxRetries === undefined || state.restarted < maxRetries;
}

function mapped(spec: Spec, rung: Rung | undefined, own: number): number {
  if (rung === "killed") return spec.killedByStopDepExitCode;
  if (rung !== undefined && spec.terminatedByStopDepExitCode >= 0) {
    return spec.terminatedByStopDepExitCode;
  }
  return spec.exitCodes.get(own) ?? own;
}

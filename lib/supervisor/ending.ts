import type { Spec } from "../spec/spec.ts";
import { log } from "./effects.ts";
import { endInWords } from "./closing.ts";
import type { Because, Effect, End, Leftover } from "./events.ts";
import { finishWithCalls, hasCalls } from "./finishing.ts";
import { LAUNCHED } from "./report.ts";
import type { Context, Running, Step } from "./state.ts";
import { exitCodeAfterStop } from "./stop.ts";
import { waitAgain } from "./waiting.ts";

/** No timer of a stop outlives the command. */
export const STOP_TIMERS: readonly Effect[] = [
  { kind: "clearTimer", timer: "stopDelay" },
  { kind: "clearTimer", timer: "stopLinger" },
  { kind: "clearTimer", timer: "order" },
  { kind: "clearTimer", timer: "misjudged" },
  { kind: "clearTimer", timer: "escalation" },
];

/** What is left of the command is killed, unless the spec spares it; then it is run again, or all ends. */
export function conclude(context: Context, state: Running, end: End, left: Leftover): Step {
  const { spec } = context;
  const own = end.kind === "exited" ? end.code : 128 + end.signal;
  const code = mapped(spec, state, own);
  const effects: Effect[] = [...STOP_TIMERS];
  if (spec.killMode !== "process") {
    effects.push({ kind: "signal", signal: "SIGKILL", whom: "group" });
  }
  if (left.inGroup || left.asChildren) effects.push(log("info", "leftovers", leftLine(spec, left)));
  if (isRestarted(spec, state, own)) {
    effects.push(endLine(state, end, code));
    const again = waitAgain(context, state);
    return { ...again, effects: [...effects, ...again.effects] };
  }
  const reason = state.stopStep === "kill"
    ? "the command had to be killed after a stop dependency had ended"
    : undefined;
  // Without a call the closing line comes at once, and says it.
  if (hasCalls(spec, state.known, code)) {
    effects.push(endLine(state, end, code));
  }
  const ending = { code, because: becauseOf(state), reason };
  return finishWithCalls(spec, state.known, LAUNCHED, ending, effects);
}

/** A command that fails is its owner's trouble, if nobody told it to end. */
function endLine(state: Running, end: End, code: number): Effect {
  const level = becauseOf(state) === "commandEnded" && code !== 0 ? "warning" : "info";
  return log(level, "commandEnded", endInWords(end, undefined), { end, exitCode: code });
}

function becauseOf({ stopStep, termination }: Running): Because {
  if (stopStep !== undefined && stopStep !== "stopLinger") return "stopDependency";
  return termination === undefined ? "commandEnded" : "terminated";
}

function leftLine(spec: Spec, { inGroup }: Leftover): string {
  const killed = inGroup && spec.killMode !== "process"
    ? "those of its process group are killed"
    : "they end with the container";
  return `the command has left processes behind: ${killed}`;
}

/** A command that was told to stop is not launched again. */
function isRestarted(spec: Spec, state: Running, own: number): boolean {
  if (state.stopStep !== undefined || state.termination !== undefined) return false;
  const { policy, maxRetries } = spec.restart;
  if (policy === "never" || policy === "onFailure" && own === 0) return false;
  return maxRetries === undefined || state.restarted < maxRetries;
}

/** Who ended while it was still left alone has ended by itself. */
function mapped(spec: Spec, { stopStep, stopCode }: Running, own: number): number {
  if (stopStep === "kill") return spec.killedByStopDepExitCode;
  const mappedOwn = spec.exitCodes.get(own) ?? own;
  return stopStep === "stopLinger" || stopCode === undefined
    ? mappedOwn
    : exitCodeAfterStop(stopCode, mappedOwn);
}

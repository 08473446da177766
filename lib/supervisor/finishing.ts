import type { AfterExit, Spec } from "../spec/spec.ts";
import { findContainer, judgeStop } from "./container.ts";
import type { Effect, Event } from "./events.ts";
import type { Knowledge } from "./knowledge.ts";
import type { Finishing, Step } from "./state.ts";

/** Makes the calls that are left, one after the other, then ends with `code`. */
export function finish(
  calls: readonly AfterExit[],
  code: number,
  reason: string | undefined,
  effects: readonly Effect[],
): Step {
  const [next, ...rest] = calls;
  if (next === undefined) {
    return {
      state: { phase: "done" },
      effects: [
        ...effects,
        { kind: "publish", report: { phase: "ended", exitCode: code } },
        { kind: "exit", code, reason },
      ],
    };
  }
  return {
    state: { phase: "finishing", code, reason, calls: rest },
    effects: [...effects, { kind: "callAfterExit", call: next.call }],
  };
}

/** What an event means once the command has ended. */
export function stepFinishing(state: Finishing, event: Event): Step {
  if (event.kind !== "afterExitEnded") return { state, effects: [] };
  return finish(state.calls, state.code, state.reason, []);
}

/** The calls that a command's end with this code asks for. */
export function callsAfter(spec: Spec, known: Knowledge, code: number): readonly AfterExit[] {
  return spec.afterExit.filter(({ on, lastOf }) => {
    const when = on ?? (isRestartedAfterFailure(known) ? "success" : "always");
    if (when !== "always" && (when === "success") !== (code === 0)) return false;
    return lastOf.every((name) => hasEnded(known, name));
  });
}

/** A proxy that is told to quit after a failure would be missing at the next try. */
function isRestartedAfterFailure({ pod, self }: Knowledge): boolean {
  const own = pod === undefined || self === undefined ? undefined : findContainer(pod, self);
  return (own?.spec.restartPolicy ?? pod?.spec?.restartPolicy) === "OnFailure";
}

function hasEnded({ pod, reports, restarts }: Knowledge, name: string): boolean {
  const container = pod === undefined ? undefined : findContainer(pod, name);
  if (pod === undefined || container === undefined) return false;
  return judgeStop(pod, container, "final", restarts.get(name) ?? 0, reports.get(name));
}

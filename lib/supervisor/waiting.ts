import { ExitCode } from "../errors.ts";
import { seconds } from "../spec/duration.ts";
import { type SignalName, SIGNALS } from "../spec/signal.ts";
import { containerNames, findContainer, isBeingDeleted } from "./container.ts";
import type { Effect, Event } from "./events.ts";
import { finish } from "./finishing.ts";
import { judgeGate, type Missing } from "./gate.ts";
import type { Context, Running, Step, Waiting } from "./state.ts";
import { judgeStops, noteRestarts } from "./stop.ts";

/** How often a progress line says what is still missing. */
const PROGRESS_INTERVAL = seconds(10);

/** Signals that end a program by default and that people send to end one. */
const ENDING: ReadonlySet<SignalName> = new Set(["SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP"]);

/** The first step: launch at once when nothing holds the command back, else begin to wait. */
export function begin(context: Context): Step {
  const { spec, self } = context;
  if (spec.startDeps.length === 0) {
    return launch(context, { restarts: new Map(), stopped: new Set() }, false);
  }
  const state: Waiting = {
    phase: "waiting",
    self,
    pod: undefined,
    held: new Map(),
    probed: new Set(),
    restarts: new Map(),
    stopped: new Set(),
  };
  const effects: Effect[] = [{ kind: "setTimer", timer: "progress", after: PROGRESS_INTERVAL }];
  if (spec.startTimeout !== undefined) {
    effects.push({ kind: "setTimer", timer: "startTimeout", after: spec.startTimeout });
  }
  if (spec.stopDeps.length > 0 || spec.startDeps.some(({ kind }) => kind === "container")) {
    effects.push({ kind: "observePod" });
  }
  for (const [index, dependency] of spec.startDeps.entries()) {
    if (dependency.kind !== "container") effects.push({ kind: "probe", index, dependency });
  }
  return { state, effects };
}

/** What an event means while the command is held back. */
export function stepWaiting(context: Context, state: Waiting, event: Event): Step {
  switch (event.kind) {
    case "podObserved": {
      const restarts = noteRestarts(event.pod, state.restarts);
      return judge(context, { ...state, pod: event.pod, held: event.held, restarts });
    }
    case "podGone":
      return giveUp(ExitCode.terminatedWaiting, "the pod is gone from the API: nothing launched");
    case "dependencyProbed": {
      const probed = new Set(state.probed);
      if (event.open) probed.add(event.index);
      else probed.delete(event.index);
      return judge(context, { ...state, probed });
    }
    case "signalled":
      if (event.signal !== context.spec.termSignal && !ENDING.has(event.signal)) {
        return { state, effects: [] };
      }
      return giveUp(
        event.signal === context.spec.termSignal
          ? ExitCode.terminatedWaiting
          : 128 + SIGNALS[event.signal],
        `${event.signal} while waiting for start dependencies: nothing launched`,
      );
    case "timerFired":
      return stepTimer(context, state, event.timer);
    default:
      return { state, effects: [] };
  }
}

function stepTimer(context: Context, state: Waiting, timer: string): Step {
  const verdict = judgeGate(context.spec, state);
  const missing = verdict.kind === "closed" ? verdict.missing : [];
  if (timer === "progress") {
    const effects: Effect[] = [
      {
        kind: "log",
        level: "info",
        message: `still waiting for ${sentence(missing)}`,
        fields: { missing },
      },
      { kind: "setTimer", timer: "progress", after: PROGRESS_INTERVAL },
    ];
    return { state, effects };
  }
  if (timer !== "startTimeout") return { state, effects: [] };
  const why = `start timeout: still waiting for ${sentence(missing)}`;
  if (context.spec.onStartTimeout === "fail") return giveUp(ExitCode.startTimeout, why);
  const launched = launch(context, state, true);
  const warning: Effect = { kind: "log", level: "warning", message: `${why}; launching anyway` };
  return { ...launched, effects: [warning, ...launched.effects] };
}

function judge(context: Context, state: Waiting): Step {
  const { spec } = context;
  const { pod } = state;
  if (pod !== undefined) {
    if (isBeingDeleted(pod)) {
      const why = "the pod is being deleted: nothing launched";
      return giveUp(ExitCode.terminatedWaiting, why);
    }
    const unknown = pod.spec === undefined
      ? undefined
      : spec.stopDeps.find(({ container }) => findContainer(pod, container) === undefined);
    if (unknown !== undefined) {
      const names = containerNames(pod).join(", ");
      return giveUp(
        ExitCode.failure,
        `stop dependency ${unknown.container} is not in the pod, whose containers are: ${names}`,
      );
    }
    const stops = judgeStops(spec, pod, state.restarts, state.stopped);
    if (stops.met !== undefined) {
      const code = Math.max(0, spec.terminatedByStopDepExitCode);
      return giveUp(code, `stop dependency ${stops.met} has ended already: nothing launched`);
    }
    state = { ...state, stopped: stops.stopped };
  }
  const verdict = judgeGate(spec, state);
  switch (verdict.kind) {
    case "open":
      return launch(context, state, true);
    case "impossible": {
      const { dependency, why } = verdict.missing;
      return giveUp(
        ExitCode.unmeetable,
        `start dependency ${dependency} can never be met: ${why}`,
      );
    }
    case "closed":
      return { state, effects: [] };
  }
}

function launch(
  context: Context,
  known: Pick<Running, "restarts" | "stopped">,
  waited: boolean,
): Step {
  const { spec } = context;
  const observes = spec.stopDeps.length > 0;
  const handOver = !observes && spec.stopDelay === 0 && spec.afterExit.length === 0;
  const effects: Effect[] = [];
  if (waited) {
    effects.push({ kind: "clearTimer", timer: "progress" });
    effects.push({ kind: "clearTimer", timer: "startTimeout" });
    effects.push({ kind: "stopProbing" });
    if (!observes) effects.push({ kind: "forgetPod" });
    effects.push({ kind: "log", level: "info", message: "start dependencies hold: launching" });
  }
  effects.push({ kind: "launch", handOver });
  if (!waited && observes) effects.push({ kind: "observePod" });
  const { restarts, stopped } = known;
  return {
    state: { phase: "running", rung: undefined, delayed: undefined, restarts, stopped },
    effects,
  };
}

function giveUp(code: number, reason: string): Step {
  return finish([], code, reason, [{ kind: "stopProbing" }, { kind: "forgetPod" }]);
}

function sentence(missing: readonly Missing[]): string {
  if (missing.length === 0) return "the first news of the pod";
  return missing.map(({ dependency, why }) => `${dependency} (${why})`).join(", ");
}

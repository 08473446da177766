import type { Spec } from "../spec/spec.ts";
import type { Heard } from "../supervisor/heard.ts";
import type { Observations } from "../supervisor/observations.ts";
import type { Running, State } from "../supervisor/state.ts";
import type { Look } from "./knowledge.ts";
import type { PlayedPod } from "./played_pod.ts";

/**
 * A text that two states of a supervisor have in common if nothing that can follow tells them apart.
 *
 * @param spec the supervisor's
 * @param knowledge the part of it that says what the supervisor knows of others
 */
export function stateKeyOf(
  spec: Spec,
  state: State,
  knowledge: (known: Observations) => string,
): string {
  switch (state.phase) {
    case "waiting":
      return `w${state.restarted}${state.pausing}${knowledge(state.known)}`;
    case "handingOver":
      return `h${state.restarted}${state.signals.length}${knowledge(state.known)}`;
    case "running": {
      const { restarted, stopStep, stopCode, readiness, termination, deadline, known } = state;
      return `r${restarted}${stopStep}${readiness}${
        JSON.stringify([stopCode, termination, deadline])
      }${isPastKnowing(spec, stopStep) ? "" : knowledge(known)}`;
    }
    case "draining":
      return `d${JSON.stringify([state.end, state.left])}${
        stateKeyOf(spec, state.running, knowledge)
      }`;
    case "finishing":
      return `f${JSON.stringify([state.ending, state.calls.length])}${
        state.undecided === undefined ? "" : state.undecided.by + knowledge(state.undecided.known)
      }`;
    default:
      return state.phase;
  }
}

/**
 * Whether nothing that is known of others can matter any more: a stop that was begun is not taken back,
 * its rungs ask for nothing but the time, its command is not launched again, and no call depends on how
 * others ended. Then the supervisor follows nobody any more either (lib/supervisor/interest.ts).
 */
function isPastKnowing({ afterExit }: Spec, stopStep: Running["stopStep"]): boolean {
  return stopStep !== undefined && stopStep !== "stopLinger" && afterExit.length === 0;
}

/** What a supervisor knows, as far as it may still matter to it. */
export function knowledgeKey(
  pod: PlayedPod,
  known: Observations,
  looks: readonly Look[],
): string {
  const { pod: seen, told, stopped, restarts, probed } = known;
  const statuses = [
    ...seen?.status?.initContainerStatuses ?? [],
    ...seen?.status?.containerStatuses ?? [],
  ];
  const isAlone = seen?.spec === undefined;
  const perContainer = looks.map((look) => {
    const name = pod.containers[look.at]?.name ?? "";
    const status = statuses.find((one) => one.name === name);
    const { state, lastState, restartCount, ready, started } = status ?? {};
    const code = state?.terminated?.exitCode;
    return [
      code,
      code === undefined && (look.ready || look.started) ? [ready, started] : undefined,
      look.history ? [restartCount, lastState, restarts.get(name)] : undefined,
      look.history || look.runs ? state : undefined,
      heardKey(told.get(name), look, isAlone),
    ];
  });
  return JSON.stringify([
    seen === undefined
      ? undefined
      : [seen.metadata.deletionTimestamp ?? "", seen.status?.conditions],
    perContainer,
    [...stopped],
    [...probed],
    isAlone ? [known.apiAwaited, known.refused, known.listened] : undefined,
  ]);
}

/** What it knows but for what the API server says of the moment. */
export function withoutSight(known: Observations): Observations {
  const { pod } = known;
  if (pod === undefined) return known;
  const { metadata: { name }, spec } = pod;
  return { ...known, pod: { metadata: { name }, ...spec === undefined ? {} : { spec } } };
}

/** What a supervisor knows; undefined where it needs to know nothing. */
export function observationsOf(state: State): Observations | undefined {
  switch (state.phase) {
    case "waiting":
    case "handingOver":
    case "running":
      return state.known;
    case "draining":
      return state.running.known;
    case "finishing":
      return state.undecided?.known;
    default:
      return undefined;
  }
}

/** More ends than these make no pause longer. */
const MOST_ENDS = 7;

function heardKey(heard: Heard | undefined, look: Look, isAlone: boolean): unknown {
  if (heard === undefined) return undefined;
  const { report, end, formerEnd, ends, seenAlive, restartedAfterSuccess, overdue, at } = heard;
  const { phase, launched, ready, handedOver } = report ?? {};
  return [
    look.ready || look.started
      ? [phase, launched, ready]
      : phase === "stopping" || phase === "ended"
      ? phase
      : report !== undefined,
    look.waits && phase === "waiting",
    end,
    // By its time an end is believed or not, and is evidence of the pod's end or not; a command that was
    // handed over to tells no exit code.
    at,
    handedOver,
    look.history ? formerEnd : formerEnd !== undefined,
    isAlone ? [Math.min(ends, MOST_ENDS), seenAlive, restartedAfterSuccess, overdue] : undefined,
  ];
}

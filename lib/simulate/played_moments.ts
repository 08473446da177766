import { formatDuration, milliseconds } from "../spec/duration.ts";
import type { Effect } from "../supervisor/events.ts";
import { askedForReadiness, causeOfLaunch, causeOfStop, waitsFor } from "./causes.ts";
import type { Moment } from "./moment.ts";
import type { Happening, Played } from "./play.ts";
import type { PlayedContainer } from "./played_pod.ts";
import { isRefused } from "./played_workload.ts";
import { type ContainerState, UNSTARTED } from "./pod_state.ts";

type ContainerMoment = Extract<Moment, { readonly container: string }>;
type Change = ContainerMoment extends infer M
  ? M extends Moment ? Omit<M, "at" | "container"> : never
  : never;

/** Tells a play of the model as moments: what a reader of the picture and the log is to know of it. */
export function momentsOf(played: Played): readonly Moment[] {
  const moments: Moment[] = [];
  const asked = askedForReadiness(played.pod.containers.map(({ name, probes, supervisor }) => ({
    name,
    isProbed: probes.readiness,
    spec: supervisor?.context.spec,
  })));
  let before: readonly ContainerState[] = played.pod.containers.map(() => UNSTARTED);
  for (const [index, happening] of played.happenings.entries()) {
    const rest = played.happenings.slice(index + 1);
    moments.push(...ofPod(happening, rest));
    for (const [index, container] of played.pod.containers.entries()) {
      const [was, is] = [before[index], happening.state.containers[index]];
      if (was === undefined || is === undefined) continue;
      const effects = happening.done.filter((one) => one.container === index)
        .map(({ effect }) => effect);
      if (was === is && effects.length === 0) continue;
      const tell = (change: Change) => {
        const moment: Moment = {
          ...change,
          container: container.name,
          at: milliseconds(happening.at),
        };
        moments.push(moment);
      };
      const own = "container" in happening.event && happening.event.container === index;
      const change: Changed = { container, was, is, effects, happening, own };
      const next = rest.find(({ event }) =>
        event.kind === "kubeletEndsAll" || event.kind === "kubeletBeginsAnew" ||
        event.kind === "containerStarts" && event.container === index
      );
      const again = next?.event.kind === "containerStarts" ? next.at : undefined;
      tellChange(change, moments, tell, again, asked.has(container.name));
    }
    before = happening.state.containers;
  }
  return moments;
}

/** A container before and after something happened. */
interface Changed {
  readonly container: PlayedContainer;
  readonly was: ContainerState;
  readonly is: ContainerState;
  readonly effects: readonly Effect[];
  readonly happening: Happening;
  /** Whether it happened to this container. */
  readonly own: boolean;
}

function tellChange(
  { container, was, is, effects, happening, own }: Changed,
  past: readonly Moment[],
  tell: (change: Change) => void,
  /** When it is started again, in milliseconds. */
  again: number | undefined,
  /** Whether its supervisor is asked whether it is ready. */
  isAsked: boolean,
): void {
  const { name } = container;
  const spec = container.supervisor?.context.spec;
  const at = milliseconds(happening.at);
  const { kind } = happening.event;
  const restarts = happening.state.restart?.ending === true;
  const isNew = own && kind === "containerStarts";
  if (isNew && spec !== undefined && spec.startDeps.length > 0) {
    const note = waitsFor(spec);
    tell({ kind: "held", note, text: `koordinator holds it: it ${note}` });
  }
  if (own && kind === "kubeletStops") {
    const text = `sends ${container.stopSignal} to ${name}`;
    if (spec !== undefined) tell({ kind: "said", who: "kubelet", text });
    else tell({ kind: "stopping", who: "kubelet", signal: container.stopSignal, text });
  }
  if (own && kind === "outOfMemory") tell({ kind: "said", text: "is out of memory" });
  if (own && kind === "probeFails") {
    tell({ kind: "said", who: "kubelet", text: `stops ${name}: its probe fails` });
  }
  for (const effect of effects) {
    if (effect.kind === "log") tellLog(effect, past, name, tell);
    // After the command's end SIGKILL is for what is left of its group.
    if (effect.kind === "signal" && effect.signal === "SIGKILL") {
      if (is.process?.killed === true) tell({ kind: "killed", text: undefined });
    } else if (effect.kind === "signal") {
      const because = isStopMet(past, name) && spec !== undefined
        ? causeOfStop(spec, past, at)
        : undefined;
      const text = `koordinator sends ${effect.signal} to its command`;
      tell({ kind: "stopping", signal: effect.signal, because, text });
    }
    if (effect.kind === "callStopAction") {
      const because = spec && causeOfStop(spec, past, at);
      const text = `koordinator asks its command to stop by ${effect.action.kind}`;
      tell({ kind: "stopping", signal: undefined, because, text });
    }
  }
  const launches = was.process === undefined && is.process !== undefined;
  if (launches) {
    const because = spec && causeOfLaunch(spec, past);
    const text = isRefused(container)
      ? "koordinator cannot do what it is asked for: `koordinator check` says why"
      : spec === undefined
      ? "its command runs"
      : spec.startDeps.length === 0
      ? "koordinator launches its command at once"
      : undefined;
    tell({ kind: "launched", because, text });
  }
  // What its own supervisor checks for its siblings the kubelet knows nothing of.
  const isReady = ({ process, ready }: ContainerState) =>
    process !== undefined && (isAsked ? process.answers : ready);
  if (isReady(is) && !isReady(was)) {
    tell({ kind: "ready", text: launches ? undefined : "is ready" });
  }
  if (own && kind === "kubeletKills") {
    const why = restarts ? "all containers are to run again" : "the grace period is over";
    tell({ kind: "killed", who: "kubelet", text: `kills ${name}: ${why}` });
  }
  if (is.phase === "terminated" && was.phase === "running") {
    const exitCode = is.exitCode ?? 0;
    tell({ kind: "ended", exitCode, text: `ends with exit code ${exitCode}` });
    const wait = again === undefined ? 0 : again - happening.at;
    if (wait > 0) {
      const text = `waits ${inSeconds(wait)} before it starts ${name} again`;
      tell({ kind: "backOff", who: "kubelet", text });
    }
  }
}

/** From a second on nobody asks for its thousandths. */
function inSeconds(ms: number): string {
  return formatDuration(milliseconds(ms < 1_000 ? ms : Math.round(ms / 1_000) * 1_000));
}

/** What koordinator says, but for what the picture says already, and for what was said before. */
function tellLog(
  { event, message, level }: Extract<Effect, { readonly kind: "log" }>,
  past: readonly Moment[],
  name: string,
  tell: (change: Change) => void,
): void {
  const since = past.findLastIndex((moment) =>
    "container" in moment && moment.container === name && moment.kind === "held"
  );
  const recent = past.slice(since + 1);
  const isSaid = recent.some((moment) =>
    "container" in moment && moment.container === name && moment.text === message
  );
  const isQuiet = ["setting", "apiUnused", "step", "ended"].includes(event) ||
    event === "waiting" && recent.every(({ kind }) => kind !== "pod");
  if (isSaid || isQuiet && level === "info") return;
  tell({ kind: "said", text: message });
}

/** Whether the stop that is told now is because of a stop dependency. */
function isStopMet(past: readonly Moment[], name: string): boolean {
  const said = past.findLast((moment) =>
    "container" in moment && moment.container === name &&
    (moment.kind === "launched" || moment.text?.startsWith("stop dependency ") === true)
  );
  return said?.kind === "said";
}

function ofPod({ at, event }: Happening, rest: readonly Happening[]): readonly Moment[] {
  const now = milliseconds(at);
  switch (event.kind) {
    case "podDeleted":
      return [{
        ...{ kind: "pod", at: now, what: "pod deleted", until: undefined },
        text: "the pod is deleted",
      }];
    case "kubeletEndsAll":
      return [{
        ...{ kind: "pod", at: now, what: "all restarted", until: undefined },
        text: "ends all containers, to start them anew",
        who: "kubelet",
      }];
    case "kubeletBeginsAnew":
      return [{
        ...{ kind: "told", at: now, who: "kubelet" },
        text: "all have ended: starts them anew, init containers first",
      }];
    case "deadlinePasses":
      return [{
        ...{ kind: "pod", at: now, what: "deadline", until: undefined },
        text: "its deadline has passed: activeDeadlineSeconds",
      }];
    case "apiFails": {
      const back = rest.find((later) => later.event.kind === "apiAnswers")?.at;
      return [{
        ...{ kind: "pod", at: now, what: "API server away" },
        until: milliseconds(back ?? Number.MAX_SAFE_INTEGER),
        text: "the API server does not answer",
      }];
    }
    case "apiAnswers":
      return [{ kind: "told", at: now, text: "the API server answers again" }];
    default:
      return [];
  }
}

import { aborted } from "./aborted.ts";
import type { ContainerTemplate } from "../manifest/workload.ts";
import type { Duration } from "../spec/duration.ts";
import { specOf } from "./assumptions.ts";
import { askedForReadiness, causeOfLaunch, causeOfStop, waitsFor } from "./causes.ts";
import type { Moment } from "./moment.ts";
import { readLogLine } from "./real_log.ts";
import type { StatusNews } from "./real_status.ts";
import { type RealPlay, runs } from "./real_play.ts";
import { followProbe } from "./real_probe.ts";
import { type RealProcess, startProcess } from "./real_process.ts";

/** A moment without its time, which is now. */
export type Happening = Moment extends infer M ? M extends Moment ? Omit<M, "at"> : never : never;

/** What a container's run needs to know of the play. */
export interface Stage {
  readonly play: RealPlay;
  readonly past: readonly Moment[];
  readonly now: () => Duration;
  readonly tell: (happening: Happening) => void;
  /** What the kubelet publishes. */
  readonly publish: (container: string, news: StatusNews) => void;
  /** The environment of a container's processes. */
  readonly env: (container: ContainerTemplate) => Readonly<Record<string, string>>;
}

/** One run of a container: from its start to the end of its first process. */
export interface ContainerRun {
  /** Resolves with the exit code. */
  readonly ended: Promise<number>;
  /** Resolves once the startup probe has succeeded, or at once without one; or with the end. */
  readonly started: Promise<void>;
  /** Sends the stop signal, or SIGKILL; `text` is what is said of that. */
  signal(name: Deno.Signal, text?: string): void;
}

/** How long a supervisor takes to say that it holds a signal back, in milliseconds. */
const TIME_TO_HOLD = 300;

/** Whether koordinator stands in front of the command in this play. */
export function isSupervised(
  { supervision }: ContainerTemplate,
  { supervisor }: RealPlay,
): boolean {
  return supervisor !== undefined &&
    (supervision.kind === "inFront" || supervision.kind === "annotated");
}

/** Starts a container: its processes are real, and so is what asks whether it is ready. */
export function startContainer(
  container: ContainerTemplate,
  stage: Stage,
  /** The kubelet restarts it, as its liveness probe wants. */
  onUnhealthy: () => void,
): ContainerRun {
  const { name } = container;
  const { play, past, tell, now } = stage;
  const publish = (news: StatusNews) => stage.publish(name, news);
  const supervised = isSupervised(container, play);
  const spec = supervised ? specOf(container.supervision) : undefined;
  // Then it is ready for its siblings when they say so.
  const isAsked = supervised && askedForReadiness(
    play.workload.pod.containers.map(({ name, readinessProbe, supervision }) => {
      return { name, isProbed: readinessProbe !== undefined, spec: specOf(supervision) };
    }),
  ).has(name);
  const env = stage.env(container);
  const command = runs(play, container) ?? [];
  const started = Promise.withResolvers<void>();
  const probing = new AbortController();
  let hold: ReturnType<typeof setTimeout> | undefined;
  let isStopping = false;
  let isWaiting = false;
  let isEnded = false;

  const say = (text: string) => tell({ kind: "said", container: name, text });
  const stopping = (text: string | undefined, signal?: string, because?: Moment["because"]) => {
    clearTimeout(hold);
    if (isStopping && text === undefined) return;
    tell({
      kind: "stopping",
      container: name,
      signal: isStopping ? undefined : signal,
      because,
      text,
    });
    isStopping = true;
  };
  const launched = (text: string, because?: Moment["because"]) => {
    tell({ kind: "launched", container: name, because, text });
    if (container.readinessProbe === undefined && !isAsked) {
      tell({ kind: "ready", container: name, text: undefined });
    }
  };
  /** Its supervisor's closing line tells it first, and why; the end of the process is never later news. */
  const ended = (exitCode: number, text: string) => {
    if (isEnded) return;
    isEnded = true;
    clearTimeout(hold);
    tell({ kind: "ended", container: name, exitCode, text });
  };
  const hear = (line: string) => {
    const logged = readLogLine(line);
    if (logged === undefined) {
      if (line !== "") say(line);
      return;
    }
    const { event, message } = logged;
    switch (event) {
      case "launching":
        // Its supervisor may be told of a readiness before the kubelet's next probe.
        for (const dependency of spec?.startDeps ?? []) {
          if (dependency.kind === "container" && dependency.until === "ready") {
            seenReady(dependency.container, stage);
          }
        }
        return launched(message, spec && causeOfLaunch(spec, past));
      case "stopDependencyMet": {
        const action = spec?.whenStopDepExited;
        const signal = action?.kind === "default"
          ? spec?.termSignal
          : action?.kind === "signal"
          ? action.signal
          : undefined;
        return stopping(message, signal, spec && causeOfStop(spec, past, now()));
      }
      case "terminationHeld":
        clearTimeout(hold);
        if (spec !== undefined && spec.stopDelay > 0 && message.includes("held back for")) {
          hold = setTimeout(() => stopping("gets the signal"), spec.stopDelay);
        }
        return say(message);
      case "terminationReleased":
        return stopping(message);
      case "stopEscalated":
        say(message);
        if (message.endsWith("SIGKILL")) tell({ kind: "killed", container: name, text: undefined });
        return;
      case "ended":
        return ended(logged.exitCode ?? 0, message);
      case "waiting":
        // It was said already that it is held, and what for.
        if (isWaiting) say(message);
        isWaiting = true;
        return;
      default:
        if (logged.isTrouble) say(message);
    }
  };

  const argv = supervised ? [...play.supervisor ?? [], "--", ...command] : command;
  let process: RealProcess;
  if (spec !== undefined && spec.startDeps.length > 0) {
    tell({
      ...{ kind: "held", container: name, note: waitsFor(spec) },
      text: `koordinator holds it: it ${waitsFor(spec)}`,
    });
  } else launched(supervised ? "koordinator launches its command at once" : "its command runs");
  try {
    process = startProcess(argv, env, (_, line) => hear(line));
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    process = { ended: Promise.resolve(128), kill: () => {} };
  }
  publish({ kind: "running" });
  const { startupProbe, readinessProbe, livenessProbe } = container;
  const { signal } = probing;
  const probe = async () => {
    if (startupProbe !== undefined) {
      const first = Promise.withResolvers<void>();
      followProbe(play, startupProbe, env, (verdict) => {
        if (verdict === "succeeded") first.resolve();
        else {
          say("fails its startup probe");
          onUnhealthy();
        }
      }, signal);
      await Promise.race([first.promise, aborted(signal)]);
    }
    if (signal.aborted) return;
    started.resolve();
    publish({ kind: "started" });
    if (readinessProbe !== undefined) {
      followProbe(play, readinessProbe, env, (verdict) => {
        const isReady = verdict === "succeeded";
        publish({ kind: "ready", ready: isReady });
        if (isReady && isSeenReady(name, past)) return;
        const text = isReady ? "is ready, by its probe" : "is not ready, by its probe";
        const isNews = isReady ||
          past.some(({ kind, ...moment }) =>
            kind === "ready" && "container" in moment && moment.container === name
          );
        tell({
          kind: isReady ? "ready" : "unready",
          container: name,
          text: isNews && !isStopping ? text : undefined,
        });
      }, signal);
    }
    if (livenessProbe !== undefined) {
      followProbe(play, livenessProbe, env, (verdict) => {
        if (verdict === "succeeded") return;
        say("fails its liveness probe");
        onUnhealthy();
      }, signal);
    }
  };
  probe();
  return {
    ended: process.ended.then((code) => {
      ended(code, `ends with exit code ${code}`);
      publish({ kind: "ended", exitCode: code });
      probing.abort();
      started.resolve();
      return code;
    }),
    started: started.promise,
    signal(sent, text = "is killed") {
      if (sent === "SIGKILL") {
        tell({ kind: "killed", container: name, text, who: "kubelet" });
      } else if (spec !== undefined && (spec.stopDeps.length > 0 || spec.stopDelay > 0)) {
        tell({ kind: "said", container: name, text: `sends ${sent} to ${name}`, who: "kubelet" });
        hold = setTimeout(() => stopping(undefined, sent), TIME_TO_HOLD);
      } else {
        tell({
          ...{ kind: "stopping", container: name, signal: sent, who: "kubelet" },
          text: `sends ${sent} to ${name}`,
        });
        isStopping = true;
      }
      process.kill(sent);
    },
  };
}

/** A supervisor has seen a sibling ready; the kubelet's own probe may come later. */
function seenReady(container: string, { past, tell }: Stage): void {
  if (!isSeenReady(container, past)) tell({ kind: "ready", container, text: "is ready" });
}

function isSeenReady(container: string, past: readonly Moment[]): boolean {
  const latest = past.findLast((moment) =>
    "container" in moment && moment.container === container &&
    ["launched", "ready", "unready", "ended"].includes(moment.kind)
  );
  return latest?.kind === "ready";
}

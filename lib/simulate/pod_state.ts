import type { CheckResult } from "../spec/spec.ts";
import type { TimerName } from "../supervisor/events.ts";
import type { Report } from "../supervisor/report.ts";
import type { State } from "../supervisor/state.ts";

/** A timer that runs, in milliseconds of the pod's clock. */
export interface Timer {
  readonly timer: TimerName;
  readonly due: number;
}

/** What the API server told of a pod: its containers as they were, and a word on the pod itself. */
export interface Sight {
  readonly containers: readonly ContainerState[];
  readonly pod: string;
}

/** What is in the state directory of a container, and whether its lock is held. */
export interface Told {
  readonly report: Report;
  /** In milliseconds since 1970. */
  readonly at: number;
  /** The run of the container that told it. */
  readonly run: number;
  readonly alive: boolean;
}

/** A supervisor at work. */
export interface Supervision {
  readonly state: State;
  readonly timers: readonly Timer[];
  /** Whether it follows the pod, and its siblings in the state directory. */
  readonly watches: boolean;
  readonly listens: boolean;
  readonly checksReadiness: boolean;
  /** What its check of the command's readiness last said. */
  readonly checked: CheckResult["open"] | undefined;
  /** Checks by index in `startDeps` that have not succeeded. */
  readonly probes: readonly number[];
  /** A call that is not over. */
  readonly calling: "stopAction" | "afterExit" | undefined;
  /** What it has last seen of the pod, since it began to watch. */
  readonly seen: Sight | undefined;
  /** By container: what it has last heard of it in the state directory. */
  readonly heard: readonly (Told | undefined)[];
}

/** The command's process. */
export interface Process {
  /** Whether it answers probes. */
  readonly answers: boolean;
  /** Whether it was told to end, and obeys. */
  readonly told: boolean;
  readonly killed: boolean;
}

/** How far the kubelet has come with stopping a container. */
export type KubeletStop =
  | "none"
  /** The preStop hook runs. */
  | "preStop"
  /** It waits for the containers that are stopped before it. */
  | "inLine"
  | "signalled"
  | "killed";

/** A container as it is, whoever has noticed it. */
export interface ContainerState {
  /** How often the kubelet has restarted it. */
  readonly run: number;
  readonly phase: "waiting" | "running" | "terminated";
  /** Of its present run's end. */
  readonly exitCode: number | undefined;
  /** Of the run before it. */
  readonly formerExitCode: number | undefined;
  /** By the kubelet's probes. */
  readonly started: boolean;
  readonly ready: boolean;
  readonly stop: KubeletStop;
  /** When its preStop hook ends, and when the kubelet will kill it, by the pod's clock. */
  readonly preStopDue: number | undefined;
  readonly killDue: number | undefined;
  /** Its end came when the kubelet published none any more (kubernetes/kubernetes#106896). */
  readonly hidden: boolean;
  readonly process: Process | undefined;
  readonly supervision: Supervision | undefined;
  readonly told: Told | undefined;
  /** In milliseconds since 1970. */
  readonly startedAt: number;
  readonly finishedAt: number;
  /** Whether its command has ever been launched, since all containers were last started anew. */
  readonly launched: boolean;
  /**
   * Its last end was before all containers were started anew: its status tells it for as long as the
   * container is not made, and the one before then, and nobody goes by it.
   */
  readonly stale: boolean;
  /** What a search calls it. What was made out of it still says so, and the search knows it is not it. */
  readonly number: number | undefined;
}

/** Why a pod is being ended. */
export interface Deletion {
  readonly why: "deleted" | "deadline";
  /** By the pod's clock. */
  readonly at: number;
  /** Whether the kubelet knows of it: what asks the API server may know earlier. */
  readonly seen: boolean;
}

/** A restart of all containers, by a rule with the action RestartAllContainers (KEP-5532). */
export interface Restart {
  /** Whether the kubelet still ends what runs. */
  readonly ending: boolean;
  /** When it had ended all, in milliseconds since 1970. */
  readonly endedAt: number;
}

/** A pod as it is. */
export interface PodState {
  /** In milliseconds. */
  readonly clock: number;
  readonly containers: readonly ContainerState[];
  readonly deletion: Deletion | undefined;
  /** Whether the API server answers. */
  readonly api: boolean;
  /** The last restart of all containers; undefined before the first. */
  readonly restart: Restart | undefined;
}

/** The exit code of a container's present run, if that has ended. */
export function endOf({ phase, exitCode }: ContainerState): number | undefined {
  return phase === "terminated" ? exitCode : undefined;
}

/** The exit code of the run before it, if anybody goes by that. */
export function formerEndOf({ stale, formerExitCode }: ContainerState): number | undefined {
  return stale ? undefined : formerExitCode;
}

/** A container that was never started. */
export const UNSTARTED: ContainerState = {
  run: 0,
  phase: "waiting",
  exitCode: undefined,
  formerExitCode: undefined,
  started: false,
  ready: false,
  stop: "none",
  preStopDue: undefined,
  killDue: undefined,
  hidden: false,
  process: undefined,
  supervision: undefined,
  told: undefined,
  startedAt: 0,
  finishedAt: 0,
  launched: false,
  stale: false,
  number: undefined,
};

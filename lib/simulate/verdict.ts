import type { PlayedPod } from "./played_pod.ts";
import type { PodEvent } from "./pod_event.ts";
import { type ContainerState, endOf, formerEndOf, type PodState } from "./pod_state.ts";
import type { PodPhase } from "./kubelet.ts";

/** What may go wrong with a pod in some order of events. */
export type VerdictKind =
  /** From here on it never comes to its end. */
  | "hangs"
  /** A command is held back for ever. */
  | "heldForever"
  /** A command is launched before what it waits for. */
  | "startsTooEarly"
  /** A container ends with 121 without its command having been launched, and nobody had failed. */
  | "neverStarted"
  /** In no order is a command launched, and its container ends. */
  | "neverLaunched"
  /** A command has to be killed, since it does not end in time when a stop dependency has ended. */
  | "mustBeKilled"
  /** The pod fails though all commands that end by themselves have succeeded. */
  | "failsThoughDone"
  /** It succeeds though one of them has never been launched. */
  | "succeedsUndone"
  /** The grace period of a deletion ends before a container does. */
  | "deletionKills"
  /** A probe of the kubelet restarts a container whose command is held back. */
  | "probeKillsHeld";

/** A fault, as a step shows it. */
export interface Fault {
  readonly kind: VerdictKind;
  /** The index of the container that it is about; undefined: the whole pod. */
  readonly container: number | undefined;
}

/** Exit code of a supervisor whose start dependencies can never be met. */
const UNMEETABLE = 121;

/** Judges a single step of a pod. */
export function judgeStep(
  pod: PlayedPod,
  phase: (state: PodState) => PodPhase,
): (before: PodState, event: PodEvent, after: PodState) => readonly Fault[] {
  const workers = pod.containers.flatMap(({ role, command }, index) =>
    role === "main" && command.ends.length > 0 ? [index] : []
  );
  return (before, event, after) => {
    const faults: Fault[] = [];
    if ("container" in event) {
      const { container } = event;
      const [was, is] = [before.containers[container], after.containers[container]];
      if (was !== undefined && is !== undefined && was !== is) {
        if (isLaunch(was, is) && isTooEarly(container, event, before)) {
          faults.push({ kind: "startsTooEarly", container });
        }
        if (
          was.phase === "running" && is.phase === "terminated" && is.exitCode === UNMEETABLE &&
          !is.launched && !hasFailed(before)
        ) {
          faults.push({ kind: "neverStarted", container });
        }
        if (isKilledBySupervisor(was, is)) faults.push({ kind: "mustBeKilled", container });
        if (event.kind === "kubeletKills" && before.deletion?.seen === true) {
          faults.push({ kind: "deletionKills", container });
        }
        if (event.kind === "probeFails" && was.supervision?.state.phase === "waiting") {
          faults.push({ kind: "probeKillsHeld", container });
        }
      }
    }
    if (after.deletion === undefined && workers.length > 0) faults.push(...judgeEnd(after));
    return faults;
  };

  function judgeEnd(state: PodState): readonly Fault[] {
    const now = phase(state);
    const of = (index: number) => state.containers[index];
    if (now === "Failed" && workers.every((index) => of(index)?.exitCode === 0)) {
      const container = pod.containers.findIndex(({ role }, index) =>
        role === "main" && of(index)?.exitCode !== 0
      );
      return [{ kind: "failsThoughDone", container: container < 0 ? undefined : container }];
    }
    if (now !== "Succeeded") return [];
    return workers.flatMap((container): readonly Fault[] =>
      of(container)?.launched === false ? [{ kind: "succeedsUndone", container }] : []
    );
  }

  function isTooEarly(container: number, event: PodEvent, { containers }: PodState): boolean {
    const { spec } = pod.containers[container]?.supervisor?.context ?? {};
    if (spec === undefined) return false;
    if (event.kind === "timerFires" && event.timer === "startTimeout") return false;
    return spec.startDeps.some((dependency) => {
      if (dependency.kind !== "container") return false;
      const index = pod.containers.findIndex(({ name }) => name === dependency.container);
      const other = containers[index];
      if (other === undefined) return false;
      switch (dependency.until) {
        case "ready":
        case "started":
          return !other.launched;
        case "succeeded":
          return endOf(other) !== 0 && formerEndOf(other) !== 0;
        case "terminated":
          return endOf(other) === undefined && formerEndOf(other) === undefined;
      }
    });
  }
}

function isLaunch(was: ContainerState, is: ContainerState): boolean {
  return was.process === undefined && is.process !== undefined;
}

/** A container has failed, for whatever reason. */
function hasFailed({ containers }: PodState): boolean {
  return containers.some((container) =>
    (endOf(container) ?? 0) !== 0 || (formerEndOf(container) ?? 0) !== 0
  );
}

function isKilledBySupervisor(was: ContainerState, is: ContainerState): boolean {
  return was.process?.killed === false && is.process?.killed === true;
}

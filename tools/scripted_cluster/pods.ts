import type { ContainerSpec, ContainerState, ContainerStatus, Pod } from "../../lib/pod/pod.ts";

/** A container status in one of the states that the kubelet reports. */
export function status(name: string, state: ContainerState, ready = false): ContainerStatus {
  const started = state.running !== undefined;
  return { name, ready: ready && started, started, restartCount: 0, state };
}

/** A container that runs and passes its readiness probe. */
export function ready(name: string): ContainerStatus {
  return status(name, { running: { startedAt: "2026-01-01T00:00:00Z" } }, true);
}

/** A container that runs and does not pass its readiness probe. */
export function unready(name: string): ContainerStatus {
  return status(name, { running: { startedAt: "2026-01-01T00:00:00Z" } });
}

/** A container that ended with `exitCode`. */
export function ended(name: string, exitCode: number): ContainerStatus {
  const reason = exitCode === 0 ? "Completed" : "Error";
  return status(name, { terminated: { exitCode, reason, finishedAt: "2026-01-01T00:01:00Z" } });
}

/** A pod of these containers, `restartPolicy: Never` unless told. */
export function pod(
  statuses: readonly ContainerStatus[],
  options: {
    readonly restartPolicy?: string;
    readonly containers?: readonly ContainerSpec[];
    readonly deletionTimestamp?: string;
    readonly phase?: string;
  } = {},
): Pod {
  return {
    metadata: { name: "pod", uid: "uid-1", deletionTimestamp: options.deletionTimestamp },
    spec: {
      restartPolicy: options.restartPolicy ?? "Never",
      containers: options.containers ??
        ["main", "proxy"].map((name) => ({ name, readinessProbe: {} })),
    },
    status: { phase: options.phase ?? "Running", containerStatuses: statuses },
  };
}

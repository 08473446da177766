import type { PodNews } from "../kubernetes/pod_source.ts";
import type { Log } from "../log.ts";
import type { ContainerStatus } from "../pod/pod.ts";
import type { Ports } from "../ports.ts";
import type { ExitStatus } from "../process/command.ts";
import { supervise } from "../runtime.ts";
import { containersOf } from "../spec/containers.ts";
import type { Context } from "../supervisor/state.ts";

/** How the containers of the played pod are, one after the other. */
const COURSE: readonly Omit<ContainerStatus, "name">[] = [
  { ready: false, started: false, restartCount: 0, state: { waiting: {} } },
  { ready: true, started: true, restartCount: 0, state: { running: {} } },
  { ready: false, started: false, restartCount: 0, state: { terminated: { exitCode: 0 } } },
];

/**
 * Plays a life with nothing behind it: what is waited for comes, the command runs, what it serves ends,
 * it is told to stop and ends. V8 compiles a function when it is first called, and what a container
 * waits for comes once: so all of that has been called before, while nobody waits. It takes some
 * milliseconds.
 *
 * @param log makes lines, and writes them nowhere
 */
export function rehearse(context: Context, log: Log): void {
  let tell = (_: PodNews): void => {};
  const command = Promise.withResolvers<ExitStatus>();
  const ports: Ports = {
    ...NOTHING_BEHIND,
    log,
    podSource: (hear, signal) => {
      tell = hear;
      return aborted(signal);
    },
    launch: () => ({
      pid: 0,
      ended: command.promise,
      onStop: () => {},
      left: () => ({ inGroup: false, asChildren: false }),
      kill: () => command.resolve({ kind: "exited", code: 0 }),
    }),
  };
  // Nobody waits for its end, nor minds how it ends.
  supervise(context, ["command"], ports).catch(() => {});
  const names = containersOf(context.spec);
  const containers = names.map((name) => ({ name, readinessProbe: {} }));
  for (const [version, status] of COURSE.entries()) {
    tell({
      kind: "observed",
      pod: {
        metadata: { name: "pod", resourceVersion: String(version) },
        spec: { restartPolicy: "Never", containers },
        status: {
          phase: "Running",
          containerStatuses: names.map((name) => ({ ...status, name })),
        },
      },
    });
  }
  command.resolve({ kind: "exited", code: 0 });
}

const NOTHING_BEHIND: Omit<Ports, "log" | "podSource" | "launch"> = {
  clock: {
    now: () => performance.now(),
    date: () => Date.now(),
    setTimer: () => () => {},
  },
  lookAgain: () => {},
  suspend: () => {},
  handOver: (noSignalWaits) => {
    noSignalWaits();
    return Promise.resolve();
  },
  subscribe: () => {},
  onCrash: () => {},
  listen: () => {},
  probe: (_, tell, signal) => {
    tell({ open: true });
    return aborted(signal);
  },
  checkReadiness: (_, tell, signal) => {
    tell({ open: true });
    return aborted(signal);
  },
  call: () => Promise.resolve({ ok: true, detail: "" }),
  publish: () => {},
  publishStatus: undefined,
  reports: undefined,
};

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
}

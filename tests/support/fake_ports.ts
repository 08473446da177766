import type { PodNews } from "../../lib/kubernetes/pod_source.ts";
import type { Fields, Log } from "../../lib/log.ts";
import type { Ports } from "../../lib/ports.ts";
import type { ExitStatus } from "../../lib/process/command.ts";
import { BOTH } from "../supervisor/play.ts";
import { type Outcome, supervise } from "../../lib/runtime.ts";
import { type CheckResult, DEFAULT_SPEC, type Spec } from "../../lib/spec/spec.ts";
import type { SignalName } from "../../lib/spec/signal.ts";
import type { SiblingNews } from "../../lib/state_directory/sibling.ts";
import type { SupervisorStatus } from "../../lib/supervisor/status.ts";
import { createVirtualClock, settle, type VirtualClock } from "./virtual_clock.ts";

/** A line of the log. */
export interface Line {
  readonly level: string;
  readonly event: string;
  readonly message: string;
  readonly fields: Fields;
}

/** What goes wrong: called with the name of each port that is used; it may throw. */
export type Fault = (port: string) => void | Promise<never>;

/** A supervisor in a world that a test plays. */
export interface World {
  readonly clock: VirtualClock;
  /** What was asked of the ports, in order: `launch true`, `signal SIGTERM process`. */
  readonly asked: string[];
  readonly lines: Line[];
  readonly statuses: SupervisorStatus[];
  readonly outcome: Promise<Outcome>;
  /** undefined while it supervises; an error if it failed. */
  readonly ended: () => Outcome | Error | undefined;
  readonly signal: (name: SignalName) => Promise<void>;
  readonly news: (news: PodNews) => Promise<void>;
  readonly report: (news: SiblingNews) => Promise<void>;
  readonly probed: (open: boolean) => Promise<void>;
  readonly checked: (ready: boolean) => Promise<void>;
  /** The command ends, or the latest of several that were launched. */
  readonly end: (status: ExitStatus) => Promise<void>;
  readonly stopped: () => Promise<void>;
  /** Something rejects a promise that nobody awaits. */
  readonly crash: (message: string) => Promise<void>;
}

/** Plays a supervisor of `argv` true. */
export async function startWorld(
  spec: Partial<Spec>,
  options: {
    readonly self?: string;
    readonly fault?: Fault;
    /** What comes while koordinator is about to become the command. */
    readonly whileHandingOver?: (world: Pick<World, "signal">) => void;
    /** How often something is seen to be left of the command's group once it has ended. */
    readonly lingers?: number;
    readonly replace?: Partial<Ports>;
  } = {},
): Promise<World> {
  const { self = "self", fault = () => {} } = options;
  const clock = createVirtualClock(Date.parse("2026-01-01T00:00:00Z"));
  const asked: string[] = [];
  const lines: Line[] = [];
  const statuses: SupervisorStatus[] = [];
  const children: PromiseWithResolvers<ExitStatus>[] = [];
  let onSignal = (_: SignalName): void => {};
  let { lingers = 0 } = options;
  let onCrash = (_: string): void => {};
  let onStop = (): void => {};
  let hear = (_: PodNews): void => {};
  let told = (_: SiblingNews): void => {};
  let opened = (_: CheckResult): void => {};
  let checked = (_: CheckResult): void => {};
  let ended: Outcome | Error | undefined;

  const ask = (port: string, ...details: readonly unknown[]) => {
    asked.push([port, ...details].join(" "));
    return fault(port);
  };
  const line = (level: string): Log["info"] => (event, message, fields = {}) => {
    lines.push({ level, event, message, fields });
    fault("log");
  };
  const untilAborted = (signal: AbortSignal) =>
    new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
  const follow = (port: string, signal: AbortSignal, ...details: readonly unknown[]) => {
    signal.addEventListener("abort", () => asked.push(`${port} no more`));
    return ask(port, ...details) ?? untilAborted(signal);
  };
  const ports: Ports = {
    log: {
      debug: () => {},
      info: line("info"),
      warning: line("warning"),
      error: line("error"),
    },
    clock: {
      ...clock,
      setTimer: (after, fire) => {
        fault("setTimer");
        return clock.setTimer(after, fire);
      },
    },
    launch: (argv) => {
      const failing = ask("launch", ...argv);
      const end = Promise.withResolvers<ExitStatus>();
      children.push(end);
      return {
        pid: 2,
        ended: failing ?? end.promise,
        left: () => {
          fault("left");
          const inGroup = lingers-- > 0;
          return { inGroup, asChildren: inGroup };
        },
        onStop: (listener) => onStop = listener,
        kill: (signal, whom) => void ask("signal", signal, whom),
      };
    },
    lookAgain: () => void fault("lookAgain"),
    suspend: (group, by) => void ask("suspend", group, by),
    handOver: async (noSignalWaits) => {
      options.whileHandingOver?.({ signal: (name) => Promise.resolve(onSignal(name)) });
      await Promise.resolve();
      await ask("handOver");
      if (noSignalWaits()) {
        asked.push("became the command");
        await new Promise(() => {});
      }
    },
    subscribe: (listener) => onSignal = listener,
    onCrash: (tell) => onCrash = tell,
    listen: () => void ask("listen"),
    podSource: (tell, signal) => {
      hear = tell;
      return follow("podSource", signal);
    },
    probe: (dependency, tell, signal) => {
      opened = tell;
      return follow("probe", signal, dependency.kind);
    },
    checkReadiness: (readiness, tell, signal) => {
      checked = tell;
      return follow("checkReadiness", signal, readiness.kind);
    },
    call: ({ port }) => ask("call", port) ?? Promise.resolve({ ok: true, detail: "HTTP 200" }),
    publish: ({ phase }) => void ask("publish", phase),
    publishStatus: (look) => {
      statuses.push(look());
      fault("publishStatus");
    },
    reports: (tell, signal) => {
      told = tell;
      void follow("reports", signal);
    },
    ...options.replace,
  };
  const context = { spec: { ...DEFAULT_SPEC, ...spec }, self, sources: BOTH };
  const outcome = supervise(context, ["true"], ports);
  outcome.then((value) => ended = value, (error) => ended = error);
  await settle();
  const happen = <Args extends readonly unknown[]>(act: (...args: Args) => void) =>
  async (
    ...args: Args
  ) => {
    act(...args);
    await settle();
  };
  return {
    clock,
    asked,
    lines,
    statuses,
    outcome,
    ended: () => ended,
    signal: happen((name) => onSignal(name)),
    news: happen((news) => hear(news)),
    report: happen((news) => told(news)),
    probed: happen((open) => opened(open ? { open } : { open, why: "shut" })),
    checked: happen((open) => checked(open ? { open } : { open, why: "shut" })),
    end: happen((status) => children.at(-1)?.resolve(status)),
    stopped: happen(() => onStop()),
    crash: happen((message) => onCrash(message)),
  };
}

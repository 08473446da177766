import { ExitCode, KoordinatorError } from "./errors.ts";
import type { PodNews } from "./kubernetes/pod_source.ts";
import type { Fields, Log } from "./log.ts";
import type { CallResult, Ports } from "./ports.ts";
import type { Child } from "./process/command.ts";
import type { Ending } from "./supervisor/closing.ts";
import type { ContactEvent } from "./supervisor/contact.ts";
import type { Effect, Event, Leftover, TimerName } from "./supervisor/events.ts";
import type { LogEventName } from "./supervisor/log_events.ts";
import { relationsOf } from "./supervisor/report.ts";
import type { Context } from "./supervisor/state.ts";

/** Where what effects bring about goes. */
export interface Answers {
  readonly happen: (event: Event) => void;
  readonly contact: (event: ContactEvent) => void;
  readonly log: (
    level: keyof Log,
    event: LogEventName,
    message: string,
    fields?: Fields,
  ) => void;
  readonly end: (ending: Ending) => void;
  /** Whether koordinator may become the command: no signal came that this one would not get. */
  readonly becomesCommand: () => boolean;
}

/** How often it is looked whether something is left of a process group. */
const GROUP_INTERVAL_MS = 50;

/** Does one effect. What it throws, or rejects later, is that it could not. */
export type Perform = (effect: Effect) => void | Promise<void>;

/** Does effects by the ports, and keeps what has to be known for that: the child, what is followed. */
export function createPerformer(
  context: Context,
  argv: readonly string[],
  ports: Ports,
  { happen, contact, log, end, becomesCommand }: Answers,
): Perform {
  const timers = new Map<TimerName, () => void>();
  let probing = new AbortController();
  let watching = new AbortController();
  let listening = new AbortController();
  let checking = new AbortController();
  let child: Child | undefined;

  return (effect) => {
    switch (effect.kind) {
      case "observePod":
        return observe();
      case "forgetPod":
        return forget();
      case "observeSiblings":
        return observeSiblings();
      case "forgetSiblings":
        return listening.abort();
      case "checkReadiness":
        return checkReadiness(effect);
      case "stopCheckingReadiness":
        return checking.abort();
      case "probe":
        return probe(effect);
      case "stopProbing":
        probing.abort();
        probing = new AbortController();
        return;
      case "publish":
        return ports.publish({ ...effect.progress, ...relationsOf(context.spec) });
      case "launch":
        return launch();
      case "handOver":
        return handOver();
      case "signal":
        return child?.kill(effect.signal, effect.whom);
      case "awaitGroup":
        return child === undefined ? undefined : awaitGroup(child);
      case "suspend":
        return child === undefined ? undefined : ports.suspend(child.pid, effect.by);
      case "callStopAction":
        return stopAction(effect.action);
      case "callAfterExit":
        return ports.call(effect.call)
          .then((result) => happen({ kind: "afterExitEnded", ...result }));
      case "setTimer":
        return setTimer(effect.timer, effect.after);
      case "setAlarm":
        return setTimer(effect.timer, Math.max(0, effect.at - ports.clock.date()));
      case "clearTimer":
        return clearTimer(effect.timer);
      case "log":
        return log(effect.level, effect.event, effect.message, effect.fields);
      case "exit": {
        const { code, because, reason } = effect;
        for (const timer of timers.keys()) clearTimer(timer);
        return end({ code, because, reason });
      }
    }
  };

  async function observe(): Promise<void> {
    forget();
    watching = new AbortController();
    const { signal } = watching;
    contact({ kind: "begun" });
    if (ports.podSource === undefined) return;
    await ports.podSource((news) => signal.aborted || hear(news), signal);
    if (!signal.aborted) throw new Error("the watch has ended");
  }

  function observeSiblings(): void {
    listening.abort();
    listening = new AbortController();
    ports.reports?.(happen, listening.signal);
  }

  async function checkReadiness(
    { readiness }: Extract<Effect, { kind: "checkReadiness" }>,
  ): Promise<void> {
    checking = new AbortController();
    const { signal } = checking;
    await ports.checkReadiness(readiness, (result) => {
      if (!signal.aborted) happen({ kind: "readinessChecked", ...result });
    }, signal);
    if (!signal.aborted) throw new Error("the check has ended");
  }

  function forget(): void {
    watching.abort();
    contact({ kind: "over" });
  }

  function hear(news: PodNews): void {
    switch (news.kind) {
      case "observed":
        contact({ kind: "answered", watching: false });
        return happen({ kind: "podObserved", pod: news.pod, at: ports.clock.date() });
      case "gone":
        contact({ kind: "answered", watching: false });
        return happen({ kind: "podGone" });
      case "answered":
        return contact(news);
      case "failed":
        contact(news);
        return news.refused ? happen({ kind: "apiRefused" }) : undefined;
    }
  }

  async function probe(
    { index, dependency }: Extract<Effect, { kind: "probe" }>,
  ): Promise<void> {
    const { signal } = probing;
    await ports.probe(dependency, (result) => {
      if (!signal.aborted) happen({ kind: "dependencyProbed", index, ...result });
    }, signal);
    if (!signal.aborted) throw new Error("the check has ended");
  }

  async function handOver(): Promise<void> {
    try {
      await ports.handOver(becomesCommand);
      happen({ kind: "handOverRefused" });
    } catch (error) {
      launchFailed(error);
    }
  }

  function launch(): void {
    try {
      const launched = ports.launch(argv);
      child = launched;
      child.onStop(() => happen({ kind: "childStopped" }));
      child.ended.then(
        (end) => happen({ kind: "childExited", end, ...leftBy(launched) }),
        launchFailed,
      );
    } catch (error) {
      launchFailed(error);
    }
  }

  function leftBy(launched: Child): { readonly left?: Leftover } {
    try {
      return { left: launched.left() };
    } catch (error) {
      // The end counts, whatever cannot be known beside it.
      log("error", "internalError", `koordinator cannot look at what is left: ${error}`);
      return {};
    }
  }

  /** What is left may belong to another parent, whose children nobody tells us of: it is looked after. */
  async function awaitGroup({ left }: Child): Promise<void> {
    while (left().inGroup) {
      await new Promise<void>((resolve) => ports.clock.setTimer(GROUP_INTERVAL_MS, resolve));
    }
    happen({ kind: "groupEnded" });
  }

  function launchFailed(error: unknown): void {
    const exitCode = error instanceof KoordinatorError ? error.exitCode : ExitCode.failure;
    const hint = error instanceof KoordinatorError ? error.hint : undefined;
    const what = error instanceof Error ? error.message : String(error);
    const message = hint === undefined ? what : `${what}; ${hint}`;
    happen({ kind: "launchFailed", exitCode, message });
  }

  async function stopAction(
    action: Extract<Effect, { kind: "callStopAction" }>["action"],
  ): Promise<void> {
    const result = action.kind === "http"
      ? await ports.call(action.call)
      : await execute(action.command);
    happen({ kind: "stopActionEnded", ...result });
  }

  async function execute(command: readonly string[]): Promise<CallResult> {
    const end = await ports.launch(command).ended;
    const detail = end.kind === "exited"
      ? `${command[0]}: exit code ${end.code}`
      : `${command[0]}: died of signal ${end.signal}`;
    return { ok: end.kind === "exited" && end.code === 0, detail };
  }

  function setTimer(timer: TimerName, after: number): void {
    clearTimer(timer);
    timers.set(timer, ports.clock.setTimer(after, () => happen({ kind: "timerFired", timer })));
  }

  function clearTimer(timer: TimerName): void {
    timers.get(timer)?.();
    timers.delete(timer);
  }
}

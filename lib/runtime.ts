import { createComplaints } from "./complaints.ts";
import { ExitCode, KoordinatorError } from "./errors.ts";
import type { PodNews } from "./kubernetes/pod_source.ts";
import type { Child } from "./process/command.ts";
import type { Effect, Event, TimerName } from "./supervisor/events.ts";
import { INITIAL, step } from "./supervisor/machine.ts";
import { type Contact, statusOf } from "./supervisor/status.ts";
import type { Context, State } from "./supervisor/state.ts";
import type { World } from "./world.ts";

/** How a supervisor ended; `reason` is undefined when the end is the command's own. */
export interface Outcome {
  readonly code: number;
  readonly reason: string | undefined;
}

/**
 * Supervises `argv` to its end: brings what happens to the machine and does what the machine says.
 * The one place where everything meets; it decides nothing by itself.
 */
export function supervise(
  context: Context,
  argv: readonly string[],
  world: World,
): Promise<Outcome> {
  const { log } = world;
  const outcome = Promise.withResolvers<Outcome>();
  const timers = new Map<TimerName, number>();
  let probing = new AbortController();
  const watching = new AbortController();
  let state: State = INITIAL;
  let child: Child | undefined;
  const queue: Event[] = [];
  let stepping = false;
  let handingOver = false;
  const complaints = createComplaints();
  let contact: Contact = {
    last: undefined,
    nextRetry: undefined,
    trouble: undefined,
    over: false,
  };

  world.subscribe((signal) => happen({ kind: "signalled", signal }));
  happen({ kind: "begun" });
  // A command that need not wait is launched first: meanwhile the signals are kept for it.
  if (!handingOver) world.listen();
  return outcome.promise;

  function happen(event: Event): void {
    queue.push(event);
    takeSteps();
  }

  function takeSteps(): void {
    // An effect may bring the next event about: it waits until the effects before it are done.
    if (stepping) return;
    stepping = true;
    try {
      for (let next; !handingOver && (next = queue.shift()) !== undefined;) {
        const before = state.phase;
        const result = step(context, state, next);
        state = result.state;
        log.debug("event", { event: next.kind, before, after: state.phase });
        for (const effect of result.effects) perform(effect);
      }
    } finally {
      stepping = false;
    }
    world.publishStatus?.(statusOf(context, state), contact);
  }

  function perform(effect: Effect): void {
    switch (effect.kind) {
      case "observePod":
        observe();
        return;
      case "forgetPod":
        watching.abort();
        contact = { ...contact, over: true };
        return;
      case "probe":
        probe(effect);
        return;
      case "stopProbing":
        probing.abort();
        probing = new AbortController();
        return;
      case "publish":
        world.publish(effect.report);
        return;
      case "launch":
        if (effect.handOver) handOver();
        else launch();
        return;
      case "signal":
        child?.kill(effect.signal, effect.whom);
        return;
      case "suspend":
        if (child !== undefined) world.suspend(child.pid, effect.by);
        return;
      case "callStopAction":
        stopAction(effect.action);
        return;
      case "callAfterExit":
        callOnce(effect.call).then(({ ok, detail }) => {
          log[ok ? "info" : "warning"]("after exit", { detail });
          happen({ kind: "afterExitEnded" });
        });
        return;
      case "setTimer": {
        const { timer, after } = effect;
        clearTimeout(timers.get(timer));
        timers.set(timer, setTimeout(() => happen({ kind: "timerFired", timer }), after));
        return;
      }
      case "clearTimer":
        clearTimeout(timers.get(effect.timer));
        timers.delete(effect.timer);
        return;
      case "log":
        log[effect.level](effect.message, effect.fields);
        return;
      case "exit":
        for (const timer of timers.values()) clearTimeout(timer);
        outcome.resolve({ code: effect.code, reason: effect.reason });
        return;
    }
  }

  function observe(): void {
    world.reports?.(
      (container, { report, at }) => happen({ kind: "siblingReported", container, report, at }),
      watching.signal,
    );
    if (world.podSource === undefined) return;
    // News come in order, though the siblings' specs are read asynchronously.
    let last = Promise.resolve();
    world.podSource((news) => {
      last = last.then(() => hear(news)).catch((error) =>
        // What is wrong with one news must not silence all that follow.
        log.error(`koordinator failed at what the API server says: ${error}`)
      );
    }, watching.signal);
  }

  async function hear(news: PodNews): Promise<void> {
    note(news);
    switch (news.kind) {
      case "observed":
        happen({ kind: "podObserved", pod: news.pod, siblings: await world.siblings(news.pod) });
        return;
      case "gone":
        happen({ kind: "podGone" });
        return;
      case "answered":
      case "trouble":
        world.publishStatus?.(statusOf(context, state), contact);
        return;
    }
  }

  function note(news: PodNews): void {
    const now = Date.now();
    if (news.kind === "trouble") {
      const nextRetry = new Date(now + news.retryInMs).toISOString();
      contact = { ...contact, trouble: news.message, nextRetry };
      const swallowed = complaints.tell(news.message, performance.now());
      if (swallowed === undefined) return;
      log.warning(news.message, { retryInMs: Math.round(news.retryInMs), swallowed });
      return;
    }
    contact = { ...contact, last: new Date(now).toISOString(), nextRetry: undefined };
    if (news.kind !== "answered" || !news.watching) return;
    contact = { ...contact, trouble: undefined };
    if (complaints.settle()) log.info("the API server answers again");
  }

  async function probe({ index, dependency }: Extract<Effect, { kind: "probe" }>): Promise<void> {
    const { signal } = probing;
    const { follow } = await import("./probe/check.ts");
    const tell = (open: boolean) => happen({ kind: "dependencyProbed", index, open });
    await follow(dependency, tell, signal);
  }

  /** Becomes the command; if a signal comes in the last moment it is launched, and gets it. */
  async function handOver(): Promise<void> {
    handingOver = true;
    const isCalm = () => {
      if (queue.some(({ kind }) => kind === "signalled")) return false;
      world.publishStatus?.({ ...statusOf(context, state), phase: "handed over" }, contact);
      return true;
    };
    const failure = await world.handOver(isCalm).catch((error: unknown) => ({ error }));
    handingOver = false;
    if (failure === undefined) launch();
    else launchFailed(failure.error);
    takeSteps();
  }

  function launch(): void {
    try {
      child = world.launch(argv);
    } catch (error) {
      return launchFailed(error);
    }
    child.onStop(() => happen({ kind: "childStopped" }));
    child.ended.then((end) => happen({ kind: "childExited", end }));
  }

  function launchFailed(error: unknown): void {
    const exitCode = error instanceof KoordinatorError ? error.exitCode : ExitCode.failure;
    const message = error instanceof Error ? error.message : String(error);
    happen({ kind: "launchFailed", exitCode, message });
  }

  async function callOnce(request: Extract<Effect, { kind: "callAfterExit" }>["call"]) {
    const { call } = await import("./probe/call.ts");
    return await call(request);
  }

  async function stopAction(
    action: Extract<Effect, { kind: "callStopAction" }>["action"],
  ): Promise<void> {
    const { ok, detail } = action.kind === "http"
      ? await callOnce(action.call)
      : await execute(action.command);
    log[ok ? "info" : "warning"]("stop action", { ok, detail });
    happen({ kind: "stopActionEnded", ok, detail });
  }

  async function execute(
    command: readonly string[],
  ): Promise<{ readonly ok: boolean; readonly detail: string }> {
    try {
      const end = await world.launch(command).ended;
      const detail = end.kind === "exited"
        ? `${command[0]}: exit code ${end.code}`
        : `${command[0]}: died of signal ${end.signal}`;
      return { ok: end.kind === "exited" && end.code === 0, detail };
    } catch (error) {
      return { ok: false, detail: error instanceof Error ? error.message : String(error) };
    }
  }
}

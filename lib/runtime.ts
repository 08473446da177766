import { createPerformer } from "./perform.ts";
import type { Fields, Log } from "./log.ts";
import { type ContactEvent, NO_CONTACT, stepContact } from "./supervisor/contact.ts";
import { closingLine, type Ending, follow, NOT_BEGUN, withCourse } from "./supervisor/closing.ts";
import type { Effect, Event } from "./supervisor/events.ts";
import type { LogEventName } from "./supervisor/log_events.ts";
import { INITIAL, step } from "./supervisor/machine.ts";
import { statusOf, type SupervisorStatus } from "./supervisor/status.ts";
import type { Context, State } from "./supervisor/state.ts";
import type { Ports } from "./ports.ts";

/** How a supervisor ended; `reason` is undefined when the end is the command's own. */
export type Outcome = Ending;

/**
 * Supervises `argv` to its end: brings what happens to the machine, one event after the other, and
 * has done what the machine says. It decides nothing by itself.
 */
export function supervise(
  context: Context,
  argv: readonly string[],
  ports: Ports,
): Promise<Outcome> {
  const outcome = Promise.withResolvers<Outcome>();
  const queue: Event[] = [];
  let state: State = INITIAL;
  let api = NO_CONTACT;
  let course = NOT_BEGUN;
  let stepping = false;
  let statusFault: string | undefined;
  const perform = createPerformer(context, argv, ports, {
    happen,
    contact,
    log,
    end,
    becomesCommand,
  });
  try {
    ports.subscribe((signal) => happen({ kind: "signalled", signal, at: ports.clock.date() }));
    ports.onCrash((message) => happen({ kind: "crashed", message }));
    happen({ kind: "begun" });
    // A command that need not wait is launched first: meanwhile the signals are kept for it.
    if (!isHandingOver()) ports.listen();
  } catch (error) {
    outcome.reject(error);
  }
  return outcome.promise;

  function happen(event: Event): void {
    queue.push(event);
    // An effect may bring the next event about: it waits until the effects before it are done.
    if (stepping) return;
    stepping = true;
    for (let next; (next = queue.shift()) !== undefined;) takeStep(next);
    stepping = false;
    lookAgain();
    publish(look, state.phase === "done");
  }

  /** An end whose notification was lost is noticed at the next event, whatever that is. */
  function lookAgain(): void {
    try {
      ports.lookAgain();
    } catch (error) {
      log("error", "internalError", `koordinator cannot look for ends: ${messageOf(error)}`);
    }
  }

  function takeStep(event: Event): void {
    const from = state;
    let effects: readonly Effect[] = [];
    try {
      ({ state, effects } = step(context, from, event));
      course = follow(course, { from, event, to: state, now: ports.clock.now() });
      const { phase: after } = state;
      log("debug", "step", "step", { happened: event.kind, before: from.phase, after });
    } catch (error) {
      // A fault of the machine. Before it has begun nothing else would ever happen.
      if (from.phase === "new") outcome.reject(error);
      log("error", "internalError", `internal error at ${event.kind}: ${messageOf(error)}`);
    }
    for (const effect of effects) attempt(withCourse(effect, course));
  }

  /** What goes wrong with an effect is an event: the machine knows what it means. */
  function attempt(effect: Effect): void {
    const failed = (error: unknown) =>
      happen({ kind: "effectFailed", effect, message: messageOf(error) });
    try {
      perform(effect)?.catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  function contact(event: ContactEvent): void {
    const { now, date } = ports.clock;
    const next = stepContact(api, event, { now: now(), date: date() });
    api = next.state;
    for (const effect of next.effects) attempt(effect);
    if (!stepping) publish(look, false);
  }

  function end(ending: Ending): void {
    const { level, message, fields } = closingLine(course, ending, ports.clock.now());
    log(level, "ended", message, fields);
    outcome.resolve(ending);
  }

  function isHandingOver(): boolean {
    return state.phase === "handingOver";
  }

  /** Asked in the last moment: no, if a signal came that the command would not get. */
  function becomesCommand(): boolean {
    const kept = state.phase === "handingOver" ? state.signals : [];
    if (kept.length > 0 || queue.some(({ kind }) => kind === "signalled")) return false;
    publish(() => ({ ...look(), phase: "handed over" }), true);
    return true;
  }

  function look(): SupervisorStatus {
    return statusOf(context, state);
  }

  function publish(look: () => SupervisorStatus, isLast: boolean): void {
    try {
      ports.publishStatus?.(look, api.contact, isLast, cannotSay);
    } catch (error) {
      cannotSay(error);
    }
  }

  /** A status is published with each event, and a fault of it comes again as often: it is told once. */
  function cannotSay(error: unknown): void {
    const fault = messageOf(error);
    if (fault === statusFault) return;
    statusFault = fault;
    log("error", "internalError", `koordinator cannot say how it is: ${fault}`);
  }

  function log(level: keyof Log, event: LogEventName, message: string, fields?: Fields): void {
    try {
      ports.log[level](event, message, fields);
    } catch {
      // Nobody is left to tell it to.
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The transitions that docs/reference/states.md lists. */
import { assert } from "@std/assert";
import type { Event } from "../../lib/supervisor/events.ts";
import { step } from "../../lib/supervisor/machine.ts";
import type { Context, State, Step } from "../../lib/supervisor/state.ts";

const PAGE = Deno.readTextFileSync(new URL("../../docs/reference/states.md", import.meta.url));

/** What an event makes of a state, as the page's table has it: `waiting podGone done`. */
export function transition(before: State, { kind }: Event, after: State): string {
  return `${before.phase} ${kind} ${after.phase}`;
}

/** The rows of the page's table. */
export const LISTED: ReadonlySet<string> = new Set(
  [...PAGE.matchAll(/^\| (\w+) +\| (\w+) +\| (\w+) +\| /gm)]
    .map(([, before, event, after]) => `${before} ${event} ${after}`)
    .filter((row) => row !== "state event next"),
);

/** The arrows of its diagram: `waiting done`. */
export const ARROWS: readonly string[] = [...PAGE.matchAll(/^ +(\w+) --> (\w+)$/gm)]
  .map(([, before, after]) => `${before} ${after}`);

/** `step`, for tests: no order of events that one of them plays makes what the page does not list. */
export function listedStep(context: Context, state: State, event: Event): Step {
  const next = step(context, state, event);
  const made = transition(state, event, next.state);
  assert(next.state.phase === state.phase || LISTED.has(made), `${made} is not in states.md`);
  return next;
}

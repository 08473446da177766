import { seconds } from "../../lib/spec/duration.ts";
import { DEFAULT_SPEC, type HttpCall, type Spec } from "../../lib/spec/spec.ts";
import type { Effect, Event } from "../../lib/supervisor/events.ts";
import { INITIAL } from "../../lib/supervisor/machine.ts";
import type { Context, Sources, State } from "../../lib/supervisor/state.ts";
import { listedStep } from "./transitions.ts";

/** What a row of events came to. */
export interface Play {
  readonly state: State;
  readonly effects: readonly Effect[];
}

/** The API server and the state directory. */
export const BOTH: Sources = {
  api: true,
  stateDirectory: "/koordinator/.koordinator",
  isReadable: true,
  alone: false,
  restartPolicy: undefined,
};

/** The state directory alone. */
export const ALONE: Sources = { ...BOTH, api: false, alone: true };

/** A supervisor of this spec. */
export function contextOf(spec: Partial<Spec>, self: string, sources = BOTH): Context {
  return { spec: { ...DEFAULT_SPEC, ...spec }, self, sources };
}

/** Begins a supervisor of this spec and lets events happen to it. */
export function play(
  spec: Partial<Spec>,
  events: readonly Event[],
  self = "self",
  sources = BOTH,
): Play {
  const context = contextOf(spec, self, sources);
  let state: State = INITIAL;
  const effects: Effect[] = [];
  for (const event of [{ kind: "begun" }, ...events] satisfies Event[]) {
    const result = listedStep(context, state, event);
    state = result.state;
    effects.push(...result.effects);
  }
  return { state, effects };
}

/** The codes that koordinator ended with. */
export function exitCodes({ effects }: Play): readonly number[] {
  return effects.flatMap((effect) => effect.kind === "exit" ? [effect.code] : []);
}

/** The signals sent to the command. */
export function signals({ effects }: Play): readonly string[] {
  return effects.flatMap((effect) => effect.kind === "signal" ? [effect.signal] : []);
}

/** How often the command was launched. */
export function launches({ effects }: Play): number {
  return effects.filter(({ kind }) => kind === "launch" || kind === "handOver").length;
}

/** A call that asks a proxy to quit. */
export function quitCall(port: number): HttpCall {
  const timeout = seconds(5);
  const path = "/quitquitquit";
  return { method: "POST", port, path, headers: {}, timeout, retries: 0, accept: undefined };
}

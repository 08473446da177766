import { KoordinatorError } from "../errors.ts";
import { type Duration, parseDuration } from "../spec/duration.ts";
import type { CommandFlags } from "./options.ts";
import { words } from "./words.ts";

/** Every option, and the mode that it is for; a switch has no value. */
export const FLAGS = {
  ready: "virtual",
  ends: "virtual",
  fail: "virtual",
  slow: "virtual",
  "api-outage": "virtual",
  seed: "virtual",
  real: "switch",
  with: "real",
  port: "real",
  without: "switch",
  "delete-after": "both",
  limit: "both",
  name: "both",
  output: "both",
} as const;

/** The name of an option, without its dashes. */
export type Flag = keyof typeof FLAGS;

/** What was given for each option, in order. */
export type Values = ReadonlyMap<Flag, readonly string[]>;

/** How each is written. */
export const EXAMPLES: Readonly<Record<Flag, string>> = {
  ready: "--ready proxy=3s: it is ready 3 s after its start; or never",
  ends: "--ends main=0@10s: it ends by itself with exit code 0, 10 s after its start",
  fail: "--fail main=1: it ends by itself with exit code 1",
  slow: "--slow proxy=30s: it ends 30 s after it was told to; or never",
  "api-outage": "--api-outage 5s..15s: when the API server does not answer",
  seed: "--seed 7: a whole number, 0 or greater",
  real: "--real: with real processes on this machine",
  with: "--with main='sh -c \"sleep 5\"': what runs in place of its command",
  port: "--port 9090=19090: this machine's port 19090 in place of 9090",
  without: "--without: the same pod without koordinator beside it",
  "delete-after": "--delete-after 20s: the pod is deleted then",
  limit: "--limit 2m: when the play is over at the latest",
  name: "--name job: which of several in the file",
  output: "--output text|svg|json",
};

/** The error for a wrong call. */
export function wrong(message: string, hint = "koordinator simulate --help"): KoordinatorError {
  return new KoordinatorError(`simulate: ${message}`, { hint });
}

/** The duration that an option was given. */
export function durationOf(flag: Flag, text: string | undefined): Duration | undefined {
  if (text === undefined) return undefined;
  const duration = parseDuration(text);
  if (duration === undefined) throw wrong(`--${flag} ${text}`, EXAMPLES[flag]);
  return duration;
}

/** The values of a flag that are `NAME=VALUE`. */
export function named(
  flag: Flag,
  values: Values,
): readonly (readonly [name: string, value: string])[] {
  const seen = new Set<string>();
  return (values.get(flag) ?? []).map((text) => {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
    if (name === undefined || value === undefined) throw wrong(`--${flag} ${text}`, EXAMPLES[flag]);
    if (seen.has(name)) throw wrong(`--${flag} ${name} stands there twice`);
    seen.add(name);
    return [name, value];
  });
}

/** What was said of commands, by container. */
export function commandsOf(
  values: Values,
): ReadonlyMap<string, CommandFlags> {
  const commands = new Map<string, CommandFlags>();
  const set = (name: string, change: Partial<CommandFlags>) => {
    const known = commands.get(name) ?? { ready: undefined, ends: undefined, slow: undefined };
    if (change.ends !== undefined && known.ends !== undefined) {
      throw wrong(`--ends and --fail both say how ${name} ends`);
    }
    commands.set(name, { ...known, ...change });
  };
  for (const [name, text] of named("ready", values)) {
    set(name, { ready: text === "never" ? text : durationOf("ready", text) });
  }
  for (const [name, text] of named("slow", values)) {
    set(name, { slow: text === "never" ? text : durationOf("slow", text) });
  }
  for (const [name, text] of named("ends", values)) {
    const [, code = "", after] = /^(\d{1,3})(?:@(.+))?$/.exec(text) ?? [];
    set(name, { ends: { code: exitCode("ends", code, text), after: durationOf("ends", after) } });
  }
  for (const [name, text] of named("fail", values)) {
    set(name, { ends: { code: exitCode("fail", text, text), after: undefined } });
  }
  return commands;
}

function exitCode(flag: Flag, code: string, text: string): number {
  if (/^\d{1,3}$/.test(code) && Number(code) <= 255) return Number(code);
  throw wrong(`--${flag} ${text}`, EXAMPLES[flag]);
}

/** `5s..15s`. */
export function outage(text: string): { readonly from: Duration; readonly to: Duration } {
  const [, first = "", second = ""] = /^(.+?)\.\.(.+)$/.exec(text) ?? [];
  const [from, to] = [parseDuration(first), parseDuration(second)];
  if (from === undefined || to === undefined || to <= from) {
    throw wrong(`--api-outage ${text}`, EXAMPLES["api-outage"]);
  }
  return { from, to };
}

/** The command that stands in for a container's. */
export function standIn(name: string, text: string): readonly string[] {
  const command = words(text);
  if (command === undefined) throw wrong(`--with ${name}: a quote is not closed`, EXAMPLES.with);
  if (command.length === 0) throw wrong(`--with ${name}: there is no command`, EXAMPLES.with);
  return command;
}

/**
 * A port of this machine.
 *
 * @param from the pod's port that it stands for, by its number or name
 */
export function portNumber(from: string, text: string): number {
  if (isPort(text) && (isPort(from) || /\D/.test(from))) return Number(text);
  throw wrong(`--port ${from}=${text}`, EXAMPLES.port);
}

function isPort(text: string): boolean {
  const port = Number(text);
  return /^\d{1,5}$/.test(text) && port >= 1 && port <= 65_535;
}

import { parseArgs } from "@std/cli/parse-args";
import { KoordinatorError } from "../errors.ts";
import type { Assumptions, CommandSettings } from "../simulate/assumptions.ts";
import { closest } from "../spec/did_you_mean.ts";
import { quoted } from "../spec/visible.ts";

/** The ways to tell of findings; the first is the default. */
export const OUTPUTS = ["text", "json", "github", "sarif"] as const;

/** How `koordinator check` was called. */
export interface CheckOptions {
  /** `-` is standard input. */
  readonly paths: readonly string[];
  readonly output: typeof OUTPUTS[number];
  readonly strict: boolean;
  readonly allowNoPods: boolean;
  /** Whether the orders of events are gone through. */
  readonly explores: boolean;
  /** How many states are gone through at most; undefined: what takes some seconds. */
  readonly limit: number | undefined;
  /** Where the stories are drawn, as SVG. */
  readonly picture: string | undefined;
  /** What was said of commands. */
  readonly assumptions: Assumptions;
}

/** How it is called. */
export const USAGE = `koordinator check FILE... [OPTION...]

FILE is a file of manifests, or - for standard input; all are taken to be applied together.

  --output text|json|github|sarif   for people, programs, GitHub Actions, code scanning
  --strict                          warnings fail the check too
  --allow-no-pods                   files without a pod are no failure

All orders of events of each pod are gone through. What is taken for granted of a command is printed;
to say otherwise:

  --ends NAME=0,1      it ends by itself, with one of these exit codes
  --server NAME        it runs until it is stopped
  --crash NAME         it may end by itself with 1 as well
  --ready NAME=never   it never becomes ready
  --slow NAME=never    it ignores every signal but SIGKILL
  --picture FILE.svg   draws the story of each finding
  --limit STATES       how many states are gone through; beyond it, orders at random
  --no-explore         the rules alone

Exit codes: 0, 1 something was found, 2 something could not be read or there is no pod.
To ignore a finding: # koordinator-ignore: RULE reason
`;

/** The options that take a value, and may stand there several times where they name a container. */
const TEXTS = ["output", "limit", "picture", "ends", "server", "crash", "ready", "slow"] as const;
const REPEATED = ["ends", "server", "crash", "ready", "slow"] as const;
const SWITCHES = ["strict", "allow-no-pods", "no-explore"] as const;

/** Stands for `-` where options are parsed; no path holds a NUL. */
const STDIN = "\0";

/**
 * Reads the arguments behind `check`.
 *
 * @throws {KoordinatorError} exit code 125, if they are wrong
 */
export function parseCheckOptions(args: readonly string[]): CheckOptions {
  const strangers: string[] = [];
  const parsed = parseArgs(args.map((argument) => argument === "-" ? STDIN : argument), {
    string: [...TEXTS, "_"],
    boolean: [...SWITCHES],
    collect: [...REPEATED],
    unknown: (argument, key) => {
      if (key !== undefined) strangers.push(argument);
    },
  });
  const [stranger] = strangers;
  if (stranger !== undefined) {
    const meant = closest(stranger.replace(/=.*/, ""), [...TEXTS, ...SWITCHES].map(dashed));
    throw wrong(
      `koordinator check has no option ${stranger}`,
      meant === undefined ? undefined : `did you mean ${meant}?`,
    );
  }
  if (parsed._.length === 0) throw wrong("koordinator check takes files of manifests, or -");
  const word = parsed.output ?? OUTPUTS[0];
  const output = OUTPUTS.find((each) => each === word);
  if (output === undefined) {
    throw wrong(`--output is ${quoted(String(word))}, and not one of ${OUTPUTS.join(", ")}`);
  }
  const { limit } = parsed;
  if (limit !== undefined && !/^[1-9]\d{0,8}$/.test(String(limit))) {
    throw wrong(`--limit is ${quoted(String(limit))}, and not a number of states`);
  }
  return {
    paths: parsed._.map((path) => path === STDIN ? "-" : String(path)),
    output,
    strict: parsed.strict === true,
    allowNoPods: parsed["allow-no-pods"] === true,
    explores: parsed["no-explore"] !== true,
    limit: limit === undefined ? undefined : Number(limit),
    picture: parsed.picture === undefined ? undefined : String(parsed.picture),
    assumptions: assumptionsOf((name) => {
      const values = parsed[name];
      return Array.isArray(values) ? values.map(String) : [];
    }),
  };
}

function assumptionsOf(
  valuesOf: (option: typeof REPEATED[number]) => readonly string[],
): Assumptions {
  const assumptions = new Map<string, CommandSettings>();
  const note = (name: string, settings: CommandSettings) =>
    assumptions.set(name, { ...assumptions.get(name), ...settings });
  for (const text of valuesOf("ends")) {
    const [, name, codes] = /^([^=]+)=(\d+(?:,\d+)*)$/.exec(text) ?? [];
    const ends = codes?.split(",").map(Number) ?? [];
    if (name === undefined || ends.some((code) => code > 255)) {
      throw wrong(`--ends ${text}`, "it looks like --ends main=0,1");
    }
    note(name, { ends });
  }
  for (const name of valuesOf("server")) note(name, { ends: [] });
  for (const name of valuesOf("crash")) note(name, { mayCrash: true });
  for (const name of valuesOf("ready").map((text) => neverOf("ready", text))) {
    note(name, { ready: null });
  }
  for (const name of valuesOf("slow").map((text) => neverOf("slow", text))) {
    note(name, { stops: null });
  }
  return assumptions;
}

/** Every order of events is gone through whatever takes how long: only never is another thing. */
function neverOf(option: string, text: string): string {
  const [, name] = /^([^=]+)=never$/.exec(text) ?? [];
  if (name !== undefined) return name;
  throw wrong(
    `--${option} ${text}`,
    `it looks like --${option} proxy=never: with times, play one order with koordinator simulate`,
  );
}

function dashed(option: string): string {
  return `--${option}`;
}

function wrong(message: string, hint = "koordinator check --help"): KoordinatorError {
  return new KoordinatorError(message, { hint });
}

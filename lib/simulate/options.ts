import type { Duration } from "../spec/duration.ts";
import { closest } from "../spec/did_you_mean.ts";
import {
  commandsOf,
  durationOf,
  EXAMPLES,
  type Flag,
  FLAGS,
  named,
  outage,
  portNumber,
  standIn,
  type Values,
  wrong,
} from "./option_values.ts";

/** The ways to show a play. */
const OUTPUTS = ["text", "svg", "json"] as const;

/** What is said of a container's command, for virtual time. */
export interface CommandFlags {
  /** How long it takes to be ready. */
  readonly ready: Duration | "never" | undefined;
  readonly ends: { readonly code: number; readonly after: Duration | undefined } | undefined;
  /** How long it takes to end once it was told to. */
  readonly slow: Duration | "never" | undefined;
}

/** How `koordinator simulate` was called. */
export interface SimulateOptions {
  readonly file: string;
  /** The name of the workload, where the file holds several. */
  readonly name: string | undefined;
  readonly output: typeof OUTPUTS[number];
  readonly deleteAfter: Duration | undefined;
  /** When the play is over at the latest; undefined: what the mode takes for it. */
  readonly limit: Duration | undefined;
  /** Whether koordinator is left away. */
  readonly without: boolean;
  readonly mode: VirtualMode | RealMode;
}

/** In virtual time. */
export interface VirtualMode {
  readonly kind: "virtual";
  readonly commands: ReadonlyMap<string, CommandFlags>;
  readonly outages: readonly { readonly from: Duration; readonly to: Duration }[];
  readonly seed: number;
}

/** With real processes. */
export interface RealMode {
  readonly kind: "real";
  readonly standIns: ReadonlyMap<string, readonly string[]>;
  readonly ports: ReadonlyMap<string, number>;
}

const NAMES = Object.keys(FLAGS);

function isFlag(name: string): name is Flag {
  return Object.hasOwn(FLAGS, name);
}

/**
 * Reads the arguments behind `simulate`.
 *
 * @throws {KoordinatorError} exit code 125, if they are wrong
 */
export function parseOptions(args: readonly string[]): SimulateOptions {
  const files: string[] = [];
  const values = new Map<Flag, string[]>();
  const rest = [...args];
  for (let word; (word = rest.shift()) !== undefined;) {
    if (word === "--") {
      files.push(...rest.splice(0));
    } else if (!word.startsWith("--")) {
      if (word.startsWith("-") && word !== "-") throw wrong(`${word} is no option`);
      files.push(word);
    } else {
      const [, name = "", inline] = /^--([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
      if (!isFlag(name)) {
        const close = closest(name, NAMES);
        throw wrong(
          `--${name} is no option`,
          close === undefined
            ? `there are ${NAMES.map((n) => `--${n}`).join(", ")}`
            : `did you mean --${close}?`,
        );
      }
      if (FLAGS[name] === "switch" && inline !== undefined) throw wrong(`--${name} takes no value`);
      const value = FLAGS[name] === "switch" ? "" : inline ?? rest.shift();
      if (value === undefined) throw wrong(`--${name} needs a value`, EXAMPLES[name]);
      values.set(name, [...values.get(name) ?? [], value]);
    }
  }
  const [file, ...more] = files;
  if (file === undefined || more.length > 0) {
    throw wrong(
      file === undefined ? "no file given" : `one file at a time, and not ${files.join(", ")}`,
      "koordinator simulate FILE; - is standard input",
    );
  }
  return { file, ...optionsOf(values) };
}

/** All options, a line each. */
export const USAGE = `koordinator simulate [OPTION...] FILE

${Object.values(EXAMPLES).map((line) => `  ${line}\n`).join("")}`;

function optionsOf(values: Values): Omit<SimulateOptions, "file"> {
  const isReal = values.has("real");
  for (const name of values.keys()) {
    if (isReal && FLAGS[name] === "virtual") {
      throw wrong(
        `--${name} is for virtual time`,
        `with --real the command itself says it: ${EXAMPLES.with}`,
      );
    }
    if (!isReal && FLAGS[name] === "real") throw wrong(`--${name} is for --real`);
  }
  const one = (name: Flag) => {
    const all = values.get(name) ?? [];
    if (all.length > 1) throw wrong(`--${name} stands there ${all.length} times`);
    return all[0];
  };
  const output = one("output") ?? "text";
  const chosen = OUTPUTS.find((each) => each === output);
  if (chosen === undefined) throw wrong(`--output ${output}`, EXAMPLES.output);
  const seed = one("seed") ?? "1";
  if (!/^\d{1,9}$/.test(seed)) throw wrong(`--seed ${seed}`, EXAMPLES.seed);
  return {
    name: one("name"),
    output: chosen,
    deleteAfter: durationOf("delete-after", one("delete-after")),
    limit: durationOf("limit", one("limit")),
    without: values.has("without"),
    mode: isReal
      ? {
        kind: "real",
        standIns: new Map(named("with", values).map(([name, text]) => [name, standIn(name, text)])),
        ports: new Map(named("port", values).map(([from, to]) => [from, portNumber(from, to)])),
      }
      : {
        kind: "virtual",
        commands: commandsOf(values),
        outages: (values.get("api-outage") ?? []).map(outage),
        seed: Number(seed),
      },
  };
}

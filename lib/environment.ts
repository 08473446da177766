import { KoordinatorError } from "./errors.ts";
import { distance } from "./spec/did_you_mean.ts";

/** The levels of the log, least first. */
export const LOG_LEVELS = ["debug", "info", "warning", "error"] as const;
/** How much is logged. */
export type LogLevel = typeof LOG_LEVELS[number];
/** One JSON object a line, or plain text. */
export type LogFormat = "json" | "text";

/** The variables that koordinator reads. */
export const VARIABLES = [
  "KOORDINATOR_SPEC",
  "KOOORDINATOR_SPEC",
  "KOORDINATOR_POD_NAME",
  "KOORDINATOR_POD_NAMESPACE",
  "KOORDINATOR_CONTAINER_NAME",
  "KOORDINATOR_STATE_DIR",
  "KOORDINATOR_DISABLED",
  "KOORDINATOR_ROOT",
  "KOORDINATOR_LOG_LEVEL",
  "KOORDINATOR_LOG_FORMAT",
] as const;

/** What the environment says, trimmed; empty counts as unset. */
export interface Environment {
  readonly spec: { readonly text: string; readonly variable: string } | undefined;
  readonly podName: string | undefined;
  readonly podNamespace: string | undefined;
  readonly containerName: string | undefined;
  /** The state directory, if it is not the one beside the executable. */
  readonly stateDir: string | undefined;
  readonly disabled: boolean;
  /** A folder put before the well-known absolute paths; empty outside of tests. */
  readonly root: string;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
  /** One sentence for each variable that looks like a misspelt one of ours. */
  readonly warnings: readonly string[];
}

/**
 * Reads the variables of koordinator.
 *
 * @param get the value of a variable
 * @param names all variables that are set
 * @throws {KoordinatorError} exit code 125, if one holds what it may not
 */
export function readEnvironment(
  get: (name: string) => string | undefined,
  names: readonly string[],
): Environment {
  const read = (name: typeof VARIABLES[number]): string | undefined =>
    get(name)?.trim() || undefined;
  return {
    spec: readSpec(read("KOORDINATOR_SPEC"), read("KOOORDINATOR_SPEC")),
    podName: read("KOORDINATOR_POD_NAME"),
    podNamespace: read("KOORDINATOR_POD_NAMESPACE"),
    containerName: read("KOORDINATOR_CONTAINER_NAME"),
    stateDir: read("KOORDINATOR_STATE_DIR"),
    disabled: choose("KOORDINATOR_DISABLED", read, ["false", "true"]) === "true",
    root: (read("KOORDINATOR_ROOT") ?? "").replace(/\/+$/, ""),
    logLevel: choose("KOORDINATOR_LOG_LEVEL", read, LOG_LEVELS) ?? "info",
    logFormat: choose("KOORDINATOR_LOG_FORMAT", read, ["json", "text"]) ?? "json",
    warnings: names.flatMap(misspelt),
  };
}

function readSpec(two: string | undefined, three: string | undefined): Environment["spec"] {
  if (two !== undefined && three !== undefined && two !== three) {
    throw new KoordinatorError("KOORDINATOR_SPEC and KOOORDINATOR_SPEC are both set and differ", {
      hint: "they are the same variable: set one of them",
    });
  }
  if (two !== undefined) return { text: two, variable: "KOORDINATOR_SPEC" };
  return three === undefined ? undefined : { text: three, variable: "KOOORDINATOR_SPEC" };
}

function choose<Choice extends string>(
  name: typeof VARIABLES[number],
  read: (name: typeof VARIABLES[number]) => string | undefined,
  choices: readonly Choice[],
): Choice | undefined {
  const value = read(name);
  if (value === undefined) return undefined;
  const chosen = choices.find((choice) => choice === value);
  if (chosen === undefined) {
    throw new KoordinatorError(`${name} is "${value}"`, {
      hint: `set it to ${choices.join(", ")}`,
    });
  }
  return chosen;
}

/** Of the three parts of KOORDINATOR two letters can spoil two: most names are passed over at once. */
const RESEMBLING = /KOO|RDI|NATOR/;

function misspelt(name: string): readonly string[] {
  if (!RESEMBLING.test(name) || VARIABLES.some((ours) => ours === name)) return [];
  const meant = VARIABLES.find((ours) =>
    Math.abs(ours.length - name.length) <= 2 && distance(name, ours) <= 2
  );
  return meant === undefined ? [] : [`the variable ${name} is not read: did you mean ${meant}?`];
}

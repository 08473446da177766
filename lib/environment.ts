import { KoordinatorError } from "./errors.ts";
import { LOG_LEVELS, type LogFormat, type LogLevel } from "./log_levels.ts";
import { CONTAINER_NAME } from "./spec/container_name.ts";
import { type Duration, parseSeconds } from "./spec/duration.ts";
import { distance } from "./spec/did_you_mean.ts";
import { quoted } from "./spec/visible.ts";

/** The restart policies of a pod. */
const RESTART_POLICIES = ["Always", "OnFailure", "Never"] as const;

/** The variables that koordinator reads. */
export const VARIABLES = [
  "KOORDINATOR_SPEC",
  "KOOORDINATOR_SPEC",
  "KOORDINATOR_POD_NAME",
  "KOORDINATOR_POD_NAMESPACE",
  "KOORDINATOR_CONTAINER_NAME",
  "KOORDINATOR_STATE_DIR",
  "KOORDINATOR_API",
  "KOORDINATOR_READINESS",
  "KOORDINATOR_RESTART_POLICY",
  "KOORDINATOR_GRACE_PERIOD",
  "KOORDINATOR_DISABLED",
  "KOORDINATOR_ROOT",
  "KOORDINATOR_LOG_LEVEL",
  "KOORDINATOR_LOG_FORMAT",
] as const;

/** What the environment says, trimmed but for the spec; empty counts as unset. */
export interface Environment {
  readonly spec: { readonly text: string; readonly variable: string } | undefined;
  readonly podName: string | undefined;
  readonly podNamespace: string | undefined;
  readonly containerName: string | undefined;
  /** The state directory, if it is not the one beside the executable. */
  readonly stateDir: string | undefined;
  /** Whether the API server is asked where it is needed and there is a token, or never. */
  readonly api: "auto" | "never";
  /** The key `readiness` of the spec, as JSON, from outside of it. */
  readonly readiness: string | undefined;
  /** The pod's restart policy, for judging ends without the API server. */
  readonly restartPolicy: typeof RESTART_POLICIES[number] | undefined;
  /** How long the pod may take to end, where the API server does not say it. */
  readonly gracePeriod: Duration | undefined;
  /** A folder put before the well-known absolute paths; empty outside of tests. */
  readonly root: string;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
  /** One sentence for each variable that looks like a misspelt one of ours. */
  readonly warnings: readonly string[];
}

/**
 * The value of a variable of this process.
 *
 * @throws {KoordinatorError} exit code 125, if it is not UTF-8
 */
export function readVariable(name: string): string | undefined {
  try {
    return Deno.env.get(name);
  } catch (cause) {
    throw new KoordinatorError(`${name} is not UTF-8`, {
      hint: "set it to text, or unset it",
      cause,
    });
  }
}

/** KOORDINATOR_ROOT, a folder before the well-known paths; empty outside of tests. */
export function rootFolder(get = readVariable): string {
  return (get("KOORDINATOR_ROOT") ?? "").trim().replace(/\/+$/, "");
}

/** The value of a variable, if it is set. */
export type GetVariable = (name: string) => string | undefined;

/**
 * Whether KOORDINATOR_DISABLED says that nothing is asked of koordinator, whatever the other variables
 * hold; the loader takes a plain `true` for it as well (tools/seal/environment.c).
 *
 * @throws {KoordinatorError} exit code 125, if it is neither true nor false
 */
export function isSwitchedOff(get: GetVariable): boolean {
  return choose("KOORDINATOR_DISABLED", trimmed(get), ["false", "true"]) === "true";
}

/**
 * Reads the variables of koordinator but for its off switch.
 *
 * @param get the value of a variable
 * @param names all variables that are set
 * @throws {KoordinatorError} exit code 125, if one holds what it may not
 */
export function readEnvironment(get: GetVariable, names: readonly string[]): Environment {
  const read = trimmed(get);
  return {
    spec: readSpec(get),
    podName: read("KOORDINATOR_POD_NAME"),
    podNamespace: read("KOORDINATOR_POD_NAMESPACE"),
    containerName: readContainerName(read),
    stateDir: read("KOORDINATOR_STATE_DIR"),
    api: choose("KOORDINATOR_API", read, ["auto", "never"]) ?? "auto",
    readiness: read("KOORDINATOR_READINESS"),
    restartPolicy: choose("KOORDINATOR_RESTART_POLICY", read, RESTART_POLICIES),
    gracePeriod: readGracePeriod(read),
    root: rootFolder(get),
    logLevel: choose("KOORDINATOR_LOG_LEVEL", read, LOG_LEVELS) ?? "info",
    logFormat: choose("KOORDINATOR_LOG_FORMAT", read, ["json", "text"]) ?? "json",
    warnings: names.flatMap(misspelt),
  };
}

function trimmed(get: GetVariable) {
  return (name: typeof VARIABLES[number]): string | undefined => get(name)?.trim() || undefined;
}

/** The text is left as it is, so that a fault's place in it is its place in the manifest. */
function readSpec(get: GetVariable): Environment["spec"] {
  const [first, second] = ["KOORDINATOR_SPEC", "KOOORDINATOR_SPEC"].flatMap((variable) => {
    const text = get(variable) ?? "";
    return text.trim() === "" ? [] : [{ text, variable }];
  });
  if (first !== undefined && second !== undefined && first.text.trim() !== second.text.trim()) {
    throw new KoordinatorError("KOORDINATOR_SPEC and KOOORDINATOR_SPEC are both set and differ", {
      hint: "they are the same variable: set one of them",
    });
  }
  return first;
}

/** As strict as the API server: siblings look for no other name, and a path is none. */
function readContainerName(
  read: (name: typeof VARIABLES[number]) => string | undefined,
): string | undefined {
  const name = read("KOORDINATOR_CONTAINER_NAME");
  if (name === undefined || CONTAINER_NAME.test(name)) return name;
  throw new KoordinatorError(`KOORDINATOR_CONTAINER_NAME is ${quoted(name)}`, {
    hint: "set it to the container's name in the pod: lower-case letters, digits and hyphens",
  });
}

function readGracePeriod(
  read: (name: typeof VARIABLES[number]) => string | undefined,
): Duration | undefined {
  const text = read("KOORDINATOR_GRACE_PERIOD");
  const period = text === undefined ? undefined : parseSeconds(text);
  if (text === undefined || period !== undefined) return period;
  throw new KoordinatorError(`KOORDINATOR_GRACE_PERIOD is ${quoted(text)}`, {
    hint: "set it to the pod's terminationGracePeriodSeconds, 30, or to a duration, 30s",
  });
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
    throw new KoordinatorError(`${name} is ${quoted(value)}`, {
      hint: `set it to ${choices.join(", ")}`,
    });
  }
  return chosen;
}

/** Of the three parts of KOORDINATOR two letters can spoil two: most names are passed over at once. */
const RESEMBLING = /KOO|RDI|NATOR/;

/**
 * What the kubelet sets for a Service named koordinator, beside every container of its namespace: they
 * are nobody's mistake (enableServiceLinks).
 * https://kubernetes.io/docs/tutorials/services/connect-applications-service/#environment-variables
 */
const OF_A_SERVICE = /^KOO+RDINATOR_(SERVICE_(HOST|PORT(_\w+)?)|PORT(_\d+_\w+)?)$/;

function misspelt(name: string): readonly string[] {
  if (!RESEMBLING.test(name) || VARIABLES.some((ours) => ours === name)) return [];
  if (OF_A_SERVICE.test(name)) return [];
  const meant = VARIABLES.find((ours) =>
    Math.abs(ours.length - name.length) <= 2 && distance(name, ours) <= 2
  );
  return meant === undefined ? [] : [`the variable ${name} is not read: did you mean ${meant}?`];
}

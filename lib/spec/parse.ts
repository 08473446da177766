import * as v from "valibot";
import { KoordinatorError } from "../errors.ts";
import { closest } from "./did_you_mean.ts";
import { specSchema } from "./schema.ts";
import type { Spec } from "./spec.ts";

/** Words that a value may have been meant to be, and the keys of every object of the spec. */
const KEYS: readonly string[] = [
  ...["startDeps", "startTimeout", "onStartTimeout", "stopDeps", "stopWhen", "whenStopDepExited"],
  ...["stopDelay", "termSignal", "termTimeout", "killedByStopDepExitCode", "killMode"],
  ...["terminatedByStopDepExitCode", "afterExit", "container", "until", "when", "optional"],
  ...["tcp", "http", "file", "exec", "signal", "port", "path", "headers", "timeout"],
  ...["get", "post", "put", "on", "lastOf", "retries", "accept", "exitCodes", "restart"],
  ...["policy", "maxRetries", "backoff", "signals", "handOver"],
];

/**
 * Reads a spec.
 *
 * @param json the text of the variable
 * @param variable the name of the variable, for the messages
 * @throws {KoordinatorError} exit code 125, naming each fault with its JSON path
 */
export function parseSpec(json: string, variable: string): Spec {
  const parsed = v.safeParse(specSchema, parseJson(json, variable));
  if (parsed.success) return parsed.output;
  throw new KoordinatorError(
    `${variable} is not a valid spec: ${parsed.issues.map(describe).join("; ")}`,
    { hint: "koordinator schema prints what a spec may hold" },
  );
}

function parseJson(json: string, variable: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    // V8's own message quotes the text, which may hold secrets: only the place is told.
    const offset = /position (\d+)/.exec(cause instanceof Error ? cause.message : "")?.[1];
    const before = json.slice(0, offset === undefined ? json.length : Number(offset)).split("\n");
    const place = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
    throw new KoordinatorError(`${variable} is not JSON: unexpected text or end at ${place}`, {
      hint: 'a spec looks like {"startDeps":["proxy"]}',
    });
  }
}

/** What was found: a plain value as it is, of an object or list only that it is one. */
function shown(input: unknown): string {
  if (Array.isArray(input)) return "a list";
  if (typeof input === "object" && input !== null) return "an object";
  return JSON.stringify(input)?.slice(0, 80) ?? "nothing";
}

function describe(issue: v.BaseIssue<unknown>): string {
  const path = jsonPath(issue);
  const last = issue.path?.at(-1);
  if (issue.kind === "schema" && issue.type === "strict_object" && issue.expected === "never") {
    const key = String(last?.key);
    return `${path}: unknown key${suggestion(key, KEYS)}`;
  }
  if (issue.kind === "schema" && issue.received === "undefined") return `${path}: missing`;
  const found = issue.path?.some(({ key }) => key === "headers") ? "another" : shown(issue.input);
  if (issue.type === "picklist") {
    const choices = [...issue.expected?.matchAll(/"([^"]+)"/g) ?? []].map(([, word = ""]) => word);
    const meant = typeof issue.input === "string" ? suggestion(issue.input, choices) : "";
    return `${path}: expected ${choices.join(", ")}, found ${found}${meant}`;
  }
  return `${path}: expected ${expected(issue)}, found ${found}`;
}

function expected(issue: v.BaseIssue<unknown>): string {
  return issue.message.startsWith("Invalid ") ? issue.expected ?? "another value" : issue.message;
}

function suggestion(word: string, choices: readonly string[]): string {
  const meant = closest(word, choices);
  return meant === undefined || meant === word ? "" : `, did you mean "${meant}"?`;
}

function jsonPath(issue: v.BaseIssue<unknown>): string {
  const parts = issue.path?.map(({ key }) =>
    typeof key === "number" ? `[${key}]` : /^\w+$/.test(String(key)) ? `.${key}` : `["${key}"]`
  );
  return `$${parts?.join("") ?? ""}`;
}

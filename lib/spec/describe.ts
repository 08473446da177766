import type * as v from "valibot";
import { closest } from "./did_you_mean.ts";
import { isObject } from "./shapes.ts";
import { quoted } from "./visible.ts";

/** What stands below these keys may be a secret, and is not shown. */
const SECRET: ReadonlySet<unknown> = new Set(["headers", "exec"]);

/** The keys to the value that a fault is about. */
export function keysOf(issue: v.BaseIssue<unknown>): readonly (string | number)[] {
  return issue.path?.map(({ key }) => typeof key === "number" ? key : String(key)) ?? [];
}

/** Whether a fault is about a key and not about what stands behind it. */
export function isOfKey(issue: v.BaseIssue<unknown>): boolean {
  return issue.type === "raw_check";
}

/** A fault in the reader's words: what should be there, what is, what to write. */
export function describe(issue: v.BaseIssue<unknown>): string {
  // What shapes.ts says of a key needs no more words.
  if (isOfKey(issue)) return issue.message;
  if (issue.kind === "schema" && issue.received === "undefined") return "missing";
  const isSecret = keysOf(issue).some((key) => SECRET.has(key));
  const found = isSecret ? "something else" : shown(issue.input);
  return `expected ${issue.message}, found ${found}${remedy(issue)}`;
}

/** What was found: a plain value as it is, of an object or list only that it is one. */
function shown(input: unknown): string {
  if (Array.isArray(input)) return "a list";
  if (isObject(input)) return "an object";
  return typeof input === "string" ? quoted(input) : String(input);
}

function remedy({ type, message, input }: v.BaseIssue<unknown>): string {
  if (message.startsWith("a duration")) {
    const seconds = typeof input === "number" || typeof input === "string" ? Number(input) : NaN;
    return seconds >= 0 && String(input).trim() !== "" ? `: write "${seconds}s" for seconds` : "";
  }
  if (typeof input !== "string") return "";
  if (type === "picklist") {
    const meant = closest(input, message.split(", "));
    return meant === undefined ? "" : `, did you mean "${meant}"?`;
  }
  if (message.startsWith("a whole number")) {
    return /^-?\d+$/.test(input) ? `: write ${quoted(input).slice(1, -1)} without quotes` : "";
  }
  if (message === "true or false") {
    return input === "true" || input === "false" ? `: write ${input} without quotes` : "";
  }
  return message.startsWith("a container name") ? noName(input) : "";
}

function noName(text: string): string {
  if (text.includes("{{")) return ": a template expression that nobody has rendered";
  if (/\$[({\w]/.test(text)) return ": a variable that nobody has replaced by its value";
  if (/[\s,;]/.test(text.trim())) return ": write each name in quotes of its own";
  return text !== text.trim() ? ": remove the spaces" : "";
}

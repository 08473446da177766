import * as v from "valibot";
import { KoordinatorError } from "../errors.ts";
import { describe, isOfKey, keysOf } from "./describe.ts";
import { jsonPath } from "./json_path.ts";
import { placeOf, readJson } from "./json_text.ts";
import { readinessSchema } from "./check_schemas.ts";
import { specSchema } from "./schema.ts";
import type { Readiness, Spec } from "./spec.ts";

/** How many faults are told: the first ones explain most of the others. */
const MOST = 10;

/**
 * Reads a spec.
 *
 * @param text the text of the variable
 * @param variable the name of the variable, for the messages
 * @throws {KoordinatorError} exit code 125, naming each fault with its place, up to ten
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseSpec } from "./parse.ts";
 *
 * const { startDeps } = parseSpec('{"startDeps":["proxy"]}', "KOORDINATOR_SPEC");
 * assertEquals(startDeps, [
 *   { kind: "container", container: "proxy", until: "ready", optional: false },
 * ]);
 * ```
 */
export function parseSpec(text: string, variable: string): Spec {
  return valueOf(readSpec(text), text, variable);
}

/**
 * Reads the key `readiness` from outside of the spec.
 *
 * @throws {KoordinatorError} as {@linkcode parseSpec} does
 */
export function parseReadiness(text: string, variable: string): Readiness {
  return valueOf(readReadiness(text), text, variable);
}

/** A text that was read, or what is wrong with it. */
export type Reading<Value> =
  | { readonly isValid: true; readonly value: Value }
  | {
    readonly isValid: false;
    /** Behind the name of what holds the text: `is not JSON`. */
    readonly verdict: string;
    /** The first ones, in the order of the text. */
    readonly faults: readonly SpecFault[];
    /** How many there are in all. */
    readonly count: number;
    readonly hint: string;
  };

/** What is wrong with a spec, and where in its JSON. */
export interface SpecFault {
  readonly message: string;
  /** The keys to the value that it is about. */
  readonly path: readonly (string | number)[];
  /** Whether it is about the last key and not about what stands behind it. */
  readonly ofKey: boolean;
  /** Where it is, as an index into the text, if it is not where that value begins. */
  readonly offset: number | undefined;
}

/** Reads a spec as {@linkcode parseSpec} does, and tells each fault apart, up to ten. */
export function readSpec(text: string): Reading<Spec> {
  return read(text, {
    schema: specSchema,
    what: "spec",
    example: 'a spec looks like {"startDeps":["proxy"]}',
    hint: "koordinator schema prints what a spec may hold",
  });
}

/** Reads the key `readiness` from outside of the spec, as {@linkcode readSpec} does a spec. */
export function readReadiness(text: string): Reading<Readiness> {
  const example = 'it looks like {"http":{"port":9090,"path":"/readiness"}}';
  return read(text, { schema: readinessSchema, what: "readiness", example, hint: example });
}

/** What a text should hold, how it is called, and what is said of one that holds something else. */
interface Kind<Value> {
  readonly schema: v.GenericSchema<unknown, Value>;
  readonly what: string;
  readonly example: string;
  readonly hint: string;
}

function read<Value>(text: string, { schema, what, example, hint }: Kind<Value>): Reading<Value> {
  const { value, faults } = readJson(text);
  if (faults.length > 0) {
    return {
      isValid: false,
      verdict: faults.every(({ isDouble }) => isDouble) ? `is not a valid ${what}` : "is not JSON",
      faults: faults.slice(0, MOST).map(({ what, path, offset, isDouble }) => ({
        message: what,
        path,
        ofKey: isDouble,
        offset,
      })),
      count: faults.length,
      hint: example,
    };
  }
  const verdict = `is not a valid ${what}`;
  if (typeof value === "string" && value.trimStart().startsWith("{")) {
    const message = `it was quoted twice, a text in quotes that holds the ${what}`;
    return {
      isValid: false,
      verdict,
      faults: [{ message, path: [], ofKey: false, offset: undefined }],
      count: 1,
      hint: "remove the outer quotes and the backslashes before the inner ones",
    };
  }
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return { isValid: true, value: parsed.output };
  const { issues } = parsed;
  return {
    isValid: false,
    verdict,
    faults: issues.slice(0, MOST).map((issue) => ({
      message: describe(issue),
      path: keysOf(issue),
      ofKey: isOfKey(issue),
      offset: undefined,
    })),
    count: issues.length,
    hint,
  };
}

function valueOf<Value>(reading: Reading<Value>, text: string, variable: string): Value {
  if (reading.isValid) return reading.value;
  const { verdict, faults, count, hint } = reading;
  const told = faults.map((fault) => withPlace(fault, text)).join("; ");
  const more = count > faults.length ? `; and ${count - faults.length} more` : "";
  throw new KoordinatorError(`${variable} ${verdict}: ${told}${more}`, { hint });
}

function withPlace({ message, path, offset }: SpecFault, text: string): string {
  if (offset === undefined) return `${jsonPath(path)}: ${message}`;
  const { line, column } = placeOf(text, offset);
  return `line ${line}, column ${column} (${jsonPath(path)}): ${message}`;
}

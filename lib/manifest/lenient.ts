import * as v from "valibot";
import { describe, keysOf } from "../spec/describe.ts";
import { isObject } from "../spec/shapes.ts";
import type { Path } from "./workload.ts";

/** A field that does not hold what it should. */
export interface FieldFault {
  readonly message: string;
  readonly hint: string | undefined;
  readonly path: Path;
}

/**
 * Reads what can be read of a value: a field that does not hold what it should is a fault, and counts
 * as absent; so does an object that cannot be without it.
 *
 * @returns `output` is undefined if nothing is left
 */
export function readLeniently<Output>(
  schema: v.GenericSchema<unknown, Output>,
  value: unknown,
): { readonly output: Output | undefined; readonly faults: readonly FieldFault[] } {
  const faults = new Map<string, FieldFault>();
  let left = value;
  // Each round takes something away.
  while (true) {
    const parsed = v.safeParse(schema, left);
    if (parsed.success) return { output: parsed.output, faults: [...faults.values()] };
    const wrong = parsed.issues.map((issue) => ({ issue, path: keysOf(issue) }));
    for (const { issue, path } of wrong) {
      const key = JSON.stringify(path);
      if (!faults.has(key)) {
        faults.set(key, { message: describe(issue), hint: hintOf(issue), path });
      }
    }
    const parts = wrong.map(({ path }) => withValue(left, path));
    if (parts.some((part) => part.length === 0)) {
      return { output: undefined, faults: [...faults.values()] };
    }
    for (const part of parts) left = without(left, part);
  }
}

/** YAML takes `1`, `yes` and `null` for something else than their text. */
function hintOf({ message, input }: v.BaseIssue<unknown>): string | undefined {
  const isWord = typeof input === "number" || typeof input === "boolean";
  return message === "a text" && isWord ? "put it in quotes" : undefined;
}

/** As much of a path as has a value. */
function withValue(value: unknown, path: Path): Path {
  let inner = value;
  for (const [depth, key] of path.entries()) {
    inner = childOf(inner, key);
    if (inner === undefined) return path.slice(0, depth);
  }
  return path;
}

function childOf(value: unknown, key: string | number): unknown {
  if (Array.isArray(value)) return typeof key === "number" ? value[key] : undefined;
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** A value in which nothing stands at a path; the places in lists stay. */
function without(value: unknown, [key, ...rest]: Path): unknown {
  if (key === undefined) return undefined;
  if (Array.isArray(value)) {
    return value.map((item, at) => at === key ? without(item, rest) : item);
  }
  if (!isObject(value) || !Object.hasOwn(value, key)) return value;
  return { ...value, [key]: without(value[key], rest) };
}

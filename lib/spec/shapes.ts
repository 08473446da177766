import * as v from "valibot";
import { closest } from "./did_you_mean.ts";
import { quoted } from "./visible.ts";

// Closed shapes: valibot's own objects and records take lists for objects, tell only the first unknown
// key, and pass over names that JavaScript's objects have anyway.

/** Whether a value of JSON is an object, and no list. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A schema of what is never right; `what` says what should be there. */
export function refuse(what: string): v.GenericSchema<unknown, never> {
  return v.custom<never>(() => false, what);
}

/** A schema that is made when a value is met: each one takes time on the way to the command. */
export function whenNeeded<Value>(
  make: () => v.GenericSchema<unknown, Value>,
): v.GenericSchema<unknown, Value> {
  let made: v.GenericSchema<unknown, Value> | undefined;
  return v.lazy(() => made ??= make());
}

type Output<Entries extends v.ObjectEntries> = v.InferOutput<v.ObjectSchema<Entries, string>>;

/**
 * An object with these keys and no others; each fault of it is told.
 *
 * @param what what it is called where something else was found
 */
export function object<const Entries extends v.ObjectEntries>(
  entries: Entries,
  what: string,
): v.GenericSchema<unknown, Output<Entries>> {
  return v.lazy((input): v.GenericSchema<unknown, Output<Entries>> => {
    if (!isObject(input)) return refuse(what);
    const keys = Object.keys(entries);
    const unknown = Object.keys(input).filter((key) => !keys.includes(key));
    const known = v.object(entries);
    if (unknown.length === 0) return known;
    return v.pipe(
      known,
      v.rawCheck(({ addIssue }) => {
        for (const [index, key] of unknown.entries()) {
          const meant = closest(key, keys);
          const suggestion = meant === undefined ? "" : `, did you mean "${meant}"?`;
          const all = index === 0 ? ` (the keys here: ${keys.join(", ")})` : "";
          addIssue({ message: `unknown key${suggestion}${all}`, path: [pathItem(input, key)] });
        }
      }),
    );
  });
}

/**
 * An object whose keys are names of one kind.
 *
 * @param name reads a key; undefined if it is none
 * @param fault what is wrong with a key that is none
 * @param what what the object is called where something else was found
 */
export function record<Key, const Value extends v.GenericSchema>(
  name: (key: string) => Key | undefined,
  fault: string,
  value: Value,
  what: string,
): v.GenericSchema<unknown, ReadonlyMap<Key, v.InferOutput<Value>>> {
  return v.lazy((input): v.GenericSchema<unknown, ReadonlyMap<Key, v.InferOutput<Value>>> => {
    if (!isObject(input)) return refuse(what);
    const read = new Map<Key, string>();
    const faults = new Map<string, string>();
    for (const key of Object.keys(input)) {
      const known = key === "__proto__" ? undefined : name(key);
      const twin = known === undefined ? undefined : read.get(known);
      if (known === undefined) faults.set(key, fault);
      else if (twin !== undefined) faults.set(key, `the same as ${quoted(twin)}`);
      else read.set(known, key);
    }
    return v.pipe(
      v.object(Object.fromEntries([...read.values()].map((key) => [key, value]))),
      v.rawCheck(({ addIssue }) => {
        for (const [key, message] of faults) addIssue({ message, path: [pathItem(input, key)] });
      }),
      v.transform((values) =>
        new Map([...read].flatMap(([known, key]) => {
          const item = values[key];
          return item === undefined ? [] : [[known, item] as const];
        }))
      ),
    );
  });
}

function pathItem(input: Readonly<Record<string, unknown>>, key: string): v.ObjectPathItem {
  return { type: "object", origin: "key", input, key, value: input[key] };
}

/** A list; `what` says so where something else was found. */
export function list<const Item extends v.GenericSchema>(item: Item, what: string) {
  return v.array(item, what);
}

/** One of some words. */
export function oneOf<const Words extends readonly string[]>(words: Words) {
  return v.picklist(words, words.join(", "));
}

/** A whole number of a range. */
export function integer(low: number, high: number) {
  const what = low === Number.MIN_SAFE_INTEGER
    ? `a whole number up to ${high}`
    : `a whole number from ${low} to ${high}`;
  return whenNeeded(() =>
    v.pipe(v.number(what), v.integer(what), v.minValue(low, what), v.maxValue(high, what))
  );
}

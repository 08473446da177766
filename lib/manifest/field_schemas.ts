import * as v from "valibot";
import { maybe } from "../pod/schema.ts";
import { isObject, oneOf, refuse } from "../spec/shapes.ts";

// What Kubernetes knows of a field, in the words of a reader. What is not read may hold anything.

/** An object of which some fields are read. */
export function fields<const Entries extends v.ObjectEntries>(entries: Entries) {
  type Output = v.InferOutput<v.ObjectSchema<Entries, string>>;
  return v.lazy((input): v.GenericSchema<unknown, Output> =>
    isObject(input) ? v.object(entries) : refuse("an object")
  );
}

/** An object whatever is in it. */
export const anyObject = v.custom<Readonly<Record<string, unknown>>>(isObject, "an object");

/** A list; an empty item of YAML counts as none, and keeps its place. */
export function listOf<const Item extends v.GenericSchema>(item: Item) {
  return v.nullish(v.array(v.nullish(item, () => undefined), "a list"), () => []);
}

const aText = v.string("a text");

/** A text. */
export const requiredText = aText;
/** A text that may be absent. */
export const text = maybe(aText);
/** A list of texts that may be absent. */
export const texts = maybe(v.array(aText, "a list of texts"));
/** true or false, or absent. */
export const flag = maybe(v.boolean("true or false"));

const WHOLE = "a whole number";
/** Go's int32 or int64, never negative. */
export const count = maybe(
  v.pipe(
    v.number(WHOLE),
    v.safeInteger(WHOLE),
    v.minValue(0, "a whole number that is not negative"),
  ),
);

/** Seconds, as far as they can be reckoned with. */
export const wholeSeconds = maybe(
  v.pipe(
    v.number("a whole number of seconds"),
    v.integer("a whole number of seconds"),
    v.minValue(0, "a whole number of seconds that is not negative"),
    v.transform((value) => Math.min(value, Number.MAX_SAFE_INTEGER / 1_000)),
  ),
);

/** A port's number or name. */
export const port = v.union([v.number(), v.string()], "a port's number or name");

/** One of some words, or absent. */
export function word<const Words extends readonly string[]>(...words: Words) {
  return maybe(oneOf(words));
}

/** What the texts under metadata.annotations may be. */
export const textMap = v.nullish(
  v.lazy((input): v.GenericSchema<unknown, Readonly<Record<string, string | undefined>>> =>
    isObject(input)
      ? v.object(Object.fromEntries(Object.keys(input).map((key) => [key, text])))
      : refuse("an object")
  ),
  () => ({}),
);

/** metadata of an object or a template. */
export const metadata = v.nullish(
  fields({ name: text, generateName: text, namespace: text, annotations: textMap }),
  () => ({ name: undefined, generateName: undefined, namespace: undefined, annotations: {} }),
);

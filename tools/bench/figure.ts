/** What was measured, as it is kept and shown. */
import * as v from "valibot";

const Contender = v.object({
  name: v.string(),
  /** Whether it is koordinator. */
  ours: v.boolean(),
  /** Whether it is what nobody can be below, and no peer. */
  bound: v.optional(v.boolean()),
});

const Result = v.object({
  contender: Contender,
  outcome: v.variant("kind", [
    v.object({ kind: v.literal("measured"), samples: v.pipe(v.array(v.number()), v.minLength(1)) }),
    /** What it does in place of what is measured. */
    v.object({ kind: v.literal("never"), instead: v.string() }),
  ]),
});

const Figure = v.object({
  /** What a picture's file is named by. */
  id: v.string(),
  name: v.string(),
  unit: v.picklist(["ms", "s", "µs", "MB", "MiB", "KiB", "count", "ratio"]),
  /** The most that a median of ours may be. */
  goal: v.optional(v.number()),
  /** Whether less is better than what every peer has; what costs something is only shown. */
  compared: v.boolean(),
  results: v.array(Result),
});

const Line = v.object({
  name: v.string(),
  points: v.array(v.object({ x: v.number(), samples: v.array(v.number()) })),
});

/** How something grows with something else. */
const Growth = v.object({
  id: v.string(),
  name: v.string(),
  unit: v.string(),
  by: v.string(),
  lines: v.array(Line),
});

/** Where and when it was measured. */
const Machine = v.object({
  processor: v.string(),
  cores: v.number(),
  memoryGB: v.number(),
  kernel: v.string(),
  /** The cluster's versions, where one took part. */
  cluster: v.optional(v.string()),
  /** Processes that ran or wanted to, on average over the minute before the start. */
  load: v.number(),
  date: v.string(),
  /** The commit that was measured. */
  version: v.string(),
});

/** One part of the bench, measured in one run. */
export const partSchema = v.object({
  machine: Machine,
  runs: v.number(),
  figures: v.array(Figure),
  growths: v.array(Growth),
});

export type Contender = v.InferOutput<typeof Contender>;
export type Result = v.InferOutput<typeof Result>;
export type Figure = v.InferOutput<typeof Figure>;
export type Growth = v.InferOutput<typeof Growth>;
export type Machine = v.InferOutput<typeof Machine>;
export type Part = v.InferOutput<typeof partSchema>;

/** The samples of a contender; those that never came about are said to be so. */
export function result(
  contender: Contender,
  samples: readonly number[],
  instead: string,
): Result {
  const outcome = samples.length === 0
    ? { kind: "never" as const, instead }
    : { kind: "measured" as const, samples: [...samples] };
  return { contender: { name: contender.name, ours: contender.ours }, outcome };
}

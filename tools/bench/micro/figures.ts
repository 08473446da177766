import { spreadOf } from "../../support/statistics.ts";
/** What one contender took in one figure. */
export interface Measured {
  readonly contender: string;
  /** In the order in which they were taken. */
  readonly samples: readonly number[];
  readonly least: number;
  readonly lowerQuartile: number;
  readonly median: number;
  readonly upperQuartile: number;
}

/** One thing that was measured of several contenders, in turn. */
export interface Figure {
  /** A word for files and plots: `event-to-exec`. */
  readonly id: string;
  readonly name: string;
  readonly unit: "ms" | "us" | "kB" | "bytes";
  /** What is aimed at, in words; empty where nothing is. */
  readonly goal: string;
  readonly measured: readonly Measured[];
}

/** All of one run, as JSON has it. */
export interface MicroFigures {
  /** RFC 3339. */
  readonly at: string;
  readonly machine: string;
  readonly runs: number;
  /** What was asked for and is not there, in words. */
  readonly missing: readonly string[];
  readonly figures: readonly Figure[];
}

/** @throws {RangeError} if there are no samples */
export function measured(contender: string, samples: readonly number[]): Measured {
  if (samples.length === 0) throw new RangeError(`no samples of ${contender}`);
  const { least, lower: lowerQuartile, median, upper: upperQuartile } = spreadOf(samples);
  return { contender, samples, least, lowerQuartile, median, upperQuartile };
}

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
  const sorted = samples.toSorted((a, b) => a - b);
  /** The sample that so great a part of the others is below. */
  const at = (part: number): number => {
    const sample = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
    if (sample === undefined) throw new RangeError(`no samples of ${contender}`);
    return sample;
  };
  return {
    contender,
    samples,
    least: at(0),
    lowerQuartile: at(0.25),
    median: at(0.5),
    upperQuartile: at(0.75),
  };
}

/** What some samples say. */
export interface Spread {
  readonly median: number;
  readonly lower: number;
  readonly upper: number;
  readonly least: number;
  readonly most: number;
  readonly count: number;
}

/** The median, the quartiles and both ends. */
export function spreadOf(samples: readonly number[]): Spread {
  const sorted = samples.toSorted((a, b) => a - b);
  return {
    median: quantile(sorted, 0.5),
    lower: quantile(sorted, 0.25),
    upper: quantile(sorted, 0.75),
    least: quantile(sorted, 0),
    most: quantile(sorted, 1),
    count: sorted.length,
  };
}

/**
 * The middle of some samples, or between the two in the middle.
 *
 * @throws {RangeError} if there are none
 */
export function median(samples: readonly number[]): number {
  return spreadOf(samples).median;
}

/** @throws {RangeError} if there are no samples */
function quantile(sorted: readonly number[], share: number): number {
  const place = (sorted.length - 1) * share;
  const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  if (below === undefined || above === undefined) throw new RangeError("no samples");
  // Of what never came, which is Infinity, there is no difference.
  return below === above ? below : below + (above - below) * (place - Math.floor(place));
}

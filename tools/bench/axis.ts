/** Round numbers along an axis that begins at nought. */
export function ticks(most: number, count = 4): readonly number[] {
  const rough = Math.max(most, Number.EPSILON) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const last = Math.ceil(most / step - 1e-9);
  // Multiplied, not added up: 0.1 three times is no round number.
  return Array.from({ length: last + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}

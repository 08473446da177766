import { type Duration, formatDuration, milliseconds } from "../spec/duration.ts";

/** Lengths between two labels that a reader can count in, in milliseconds. */
const STEPS: readonly number[] = [
  ...[100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((s) => s * 1_000),
  ...[1, 2, 5, 10, 15, 30].map((m) => m * 60_000),
  ...[1, 2, 6, 12].map((h) => h * 3_600_000),
];

/** A labelled moment of the axis. */
export interface Tick {
  readonly at: Duration;
  readonly label: string;
}

/**
 * The ticks of an axis, first at 0.
 *
 * @param length what the axis shows
 * @param most how many ticks have room
 */
export function ticksOf(length: Duration, most: number): readonly Tick[] {
  const step = STEPS.find((each) => length / each <= Math.max(most - 1, 1)) ??
    Math.ceil(length / Math.max(most - 1, 1) / 86_400_000) * 86_400_000;
  const ticks: Tick[] = [];
  for (let at = 0; at <= length; at += step) {
    ticks.push({ at: milliseconds(at), label: formatDuration(milliseconds(at)) });
  }
  return ticks;
}

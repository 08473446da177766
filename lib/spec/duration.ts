/** A length of time in whole milliseconds; made by {@linkcode parseDuration} or {@linkcode milliseconds}. */
export type Duration = number & { readonly [unit]: "ms" };
declare const unit: unique symbol;

const MS_PER = new Map([["ms", 1], ["s", 1_000], ["m", 60_000], ["h", 3_600_000]]);

function isDuration(value: number): value is Duration {
  return Number.isSafeInteger(value) && value >= 0;
}

/**
 * A duration of `value` milliseconds, rounded to a whole one.
 *
 * @throws {RangeError} if it is negative or not finite
 */
export function milliseconds(value: number): Duration {
  const rounded = Math.round(value);
  if (!isDuration(rounded)) throw new RangeError(`not a duration: ${value} ms`);
  return rounded;
}

/** A duration of `value` seconds. */
export function seconds(value: number): Duration {
  return milliseconds(value * 1_000);
}

/**
 * Reads `500ms`, `10s`, `1m30s`, `2h`: Go's notation, largest unit first, each at most once.
 *
 * @returns undefined if the text is not a duration
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseDuration } from "./duration.ts";
 *
 * assertEquals(parseDuration("1m30s"), 90_000);
 * assertEquals(parseDuration("90"), undefined);
 * ```
 */
export function parseDuration(text: string): Duration | undefined {
  const parts = /^(\d+(?:\.\d+)?h)?(\d+(?:\.\d+)?m(?!s))?(\d+(?:\.\d+)?s)?(\d+(?:\.\d+)?ms)?$/
    .exec(text);
  if (text === "0") return milliseconds(0);
  if (parts === null || text === "") return undefined;
  let total = 0;
  for (const part of parts.slice(1)) {
    if (part === undefined) continue;
    const value = Number.parseFloat(part);
    total += value * (MS_PER.get(part.replace(/[\d.]+/, "")) ?? 0);
  }
  return Number.isSafeInteger(Math.round(total)) ? milliseconds(total) : undefined;
}

/**
 * Reads seconds as Kubernetes writes them, `30`, or a duration.
 *
 * @returns undefined if the text is neither
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseDuration, parseSeconds } from "./duration.ts";
 *
 * assertEquals(["90", "1m30s"].map(parseSeconds), ["90s", "1m30s"].map(parseDuration));
 * ```
 */
export function parseSeconds(text: string): Duration | undefined {
  return parseDuration(/^\d+$/.test(text) ? `${text}s` : text);
}

/**
 * Writes a duration as {@linkcode parseDuration} reads it: `1m30s`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { formatDuration, seconds } from "./duration.ts";
 *
 * assertEquals(formatDuration(seconds(90)), "1m30s");
 * ```
 */
export function formatDuration(duration: Duration): string {
  if (duration === 0) return "0s";
  let rest: number = duration;
  let text = "";
  for (const [name, ms] of [["h", 3_600_000], ["m", 60_000], ["s", 1_000], ["ms", 1]] as const) {
    const count = Math.floor(rest / ms);
    rest -= count * ms;
    if (count > 0) text += `${count}${name}`;
  }
  return text;
}

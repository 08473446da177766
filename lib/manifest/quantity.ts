/** What the endings of a quantity stand for. */
const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/**
 * A quantity as Kubernetes writes it: `256Mi`, `0.5G`, `1e8`, a plain number.
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 *
 * @returns undefined if it is none
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseQuantity } from "./quantity.ts";
 *
 * const read = ["256Mi", "0.5G", "1e8", 1024, "much"].map(parseQuantity);
 * assertEquals(read, [268_435_456, 500_000_000, 100_000_000, 1_024, undefined]);
 * ```
 */
export function parseQuantity(quantity: unknown): number | undefined {
  if (typeof quantity === "number") return quantity;
  if (typeof quantity !== "string") return undefined;
  const [, number, exponent, unit = ""] =
    /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d+)|([kMGTPE]i?|Ki|m)?)$/.exec(quantity) ?? [];
  const factor = Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined;
  if (number === undefined || factor === undefined) return undefined;
  return Number(number + (exponent ?? "")) * factor;
}

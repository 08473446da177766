/** What the figures say, in words and tables. */
import type { Figure, Part, Result } from "./figure.ts";
import { type Spread, spreadOf } from "../support/statistics.ts";

/** A number as precise as it is worth. */
export function number(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return value.toFixed(digits);
}

/** A table of a part: a row for each contender, a column for each figure. */
export function table(figures: readonly Figure[]): readonly string[] {
  const names = [
    ...new Map(
      figures.flatMap(({ results }) => results.map(({ contender }) => [contender.name, contender])),
    ).values(),
  ];
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const head = figures.map(({ name, unit }) => unit === "count" ? name : `${name} (${unit})`);
  return [
    row(["", ...head]),
    row(["---", ...figures.map(() => "---")]),
    ...names.map(({ name, ours }) =>
      row([
        ours ? `**${name}**` : name,
        ...figures.map(({ results }) =>
          cell(results.find(({ contender }) => contender.name === name))
        ),
      ])
    ),
  ];
}

/** The median, and between which the middle half lies. */
export function cell(result: Result | undefined): string {
  if (result === undefined) return "";
  const { outcome } = result;
  if (outcome.kind === "never") return outcome.instead;
  const { median, lower, upper, count } = spreadOf(outcome.samples);
  return count === 1 ? number(median) : `${number(median)} (${number(lower)}–${number(upper)})`;
}

type Standing = "ahead of every peer" | "level with the best peer" | "behind the best peer";
const STANDINGS: readonly Standing[] = [
  "ahead of every peer",
  "level with the best peer",
  "behind the best peer",
];

/** Whether something is said of it beside the table. */
export function isJudged({ compared, goal }: Figure): boolean {
  return compared || goal !== undefined;
}

/** For each figure that is judged who of ours is ahead and who behind, and who meets its goal. */
export function standings({ figures }: Part): readonly string[] {
  return figures.filter(isJudged).flatMap(({ name, unit, goal, compared, results }) => {
    const measured = results.flatMap(({ contender, outcome }) =>
      outcome.kind === "never" ? [] : [{ contender, spread: spreadOf(outcome.samples) }]
    );
    const ours = measured.filter(({ contender }) => contender.ours);
    if (ours.length === 0) return [];
    const [best] = measured.filter(({ contender }) => !contender.ours && contender.bound !== true)
      .toSorted((a, b) => a.spread.median - b.spread.median);
    const named = (some: typeof ours) =>
      some.map(({ contender, spread }) => `${shortName(contender.name)} (${number(spread.median)})`)
        .join(", ");
    const standing = best === undefined
      ? compared ? ["No peer does it."] : []
      : STANDINGS.flatMap((standing) => {
        const some = ours.filter(({ spread }) => compare(spread, best.spread) === standing);
        return some.length === 0 ? [] : [`${capital(standing)}: ${named(some)}.`];
      });
    const goals = goal === undefined ? [] : (["met", "missed"] as const).flatMap((what) => {
      const some = ours.filter(({ spread }) => (spread.median <= goal) === (what === "met"));
      return some.length === 0 ? [] : [`The goal of ${goal} ${unit} is ${what} by ${named(some)}.`];
    });
    const peer = best === undefined
      ? ""
      : `, best peer ${best.contender.name} (${number(best.spread.median)})`;
    return [[`**${name}** (${unit})${peer}.`, ...standing, ...goals].join(" ")];
  });
}

/** What our variants have in common goes without saying. */
function shortName(name: string): string {
  return name.replace(/^koordinator, /, "");
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Samples that make no middle half, and what they may differ by and be level. */
const FEW = 3;
const LEVEL = 1.15;

/** Level where the middle halves meet: another run may turn it round. */
function compare(own: Spread, peer: Spread): Standing {
  const [less, more] = [Math.min(own.median, peer.median), Math.max(own.median, peer.median)];
  if (Math.min(own.count, peer.count) < FEW && more < less * LEVEL) {
    return "level with the best peer";
  }
  if (own.lower <= peer.upper && peer.lower <= own.upper) return "level with the best peer";
  return own.median < peer.median ? "ahead of every peer" : "behind the best peer";
}

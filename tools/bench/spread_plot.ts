/** A figure as a picture: a row for each contender, with its median, middle half and ends. */
import { escaped, rounded as r } from "../../lib/simulate/svg_style.ts";
import { ticks } from "./axis.ts";
import type { Figure, Result } from "./figure.ts";
import { plotFrame, SIDE, STRONG_LETTER, titleLines, WIDTH } from "./plot_frame.ts";
import { spreadOf } from "../support/statistics.ts";
import { number } from "./words.ts";

const ROW = 28;
/** For the median behind the row. */
const BEHIND = 64;

/** Draws it. */
export function spreadPlot(figure: Figure): string {
  const { name, unit, goal, results } = figure;
  const title = titleLines(unit === "count" ? name : `${name} (${unit})`);
  const samples = results.flatMap(({ outcome }) =>
    outcome.kind === "never" ? [] : [...outcome.samples]
  );
  const marks = ticks(Math.max(...samples, goal ?? 0));
  const most = marks.at(-1) ?? 1;
  const left = SIDE +
    Math.max(...results.map(({ contender }) => contender.name.length)) * STRONG_LETTER;
  const right = WIDTH - SIDE - BEHIND;
  const x = (value: number) => left + 8 + Math.max(value, 0) / most * (right - left - 8);
  const top = title.bottom + 20;
  const bottom = top + results.length * ROW;
  const height = bottom + 30 + (goal === undefined ? 0 : 20);
  const elements = [
    ...title.elements,
    ...marks.flatMap((mark) => [
      `<path d="M${r(x(mark))} ${top}V${bottom}" class="grid"/>`,
      `<text x="${r(x(mark))}" y="${bottom + 18}" class="quiet middle">${mark}</text>`,
    ]),
    ...goal === undefined ? [] : [
      `<path d="M${r(x(goal))} ${top - 4}V${bottom}" class="goal"/>`,
      `<text x="${r(left + 8)}" y="${bottom + 38}" class="goalText">` +
      `dashed: at most ${goal} ${unit} is the goal</text>`,
    ],
    ...results.flatMap((result, index) => row(result, top + index * ROW + ROW / 2, left, x)),
  ];
  return plotFrame(name, described(figure), height, elements);
}

function row(
  { contender, outcome }: Result,
  y: number,
  left: number,
  x: (value: number) => number,
): readonly string[] {
  const kind = contender.ours ? "ours" : "peer";
  const label = `<text x="${r(left)}" y="${y + 5}" class="end${contender.ours ? " strong" : ""}">` +
    `${escaped(contender.name)}</text>`;
  if (outcome.kind === "never") {
    return [
      label,
      `<text x="${r(left + 12)}" y="${y + 5}" class="quiet plate">${
        escaped(outcome.instead)
      }</text>`,
    ];
  }
  const { median, lower, upper, least, most } = spreadOf(outcome.samples);
  const tip = `<title>${escaped(`${contender.name}: ${number(median)}`)}</title>`;
  return [
    label,
    `<path d="M${r(x(least))} ${y}H${r(x(most))}" class="whisker ${kind}"/>`,
    `<rect x="${r(x(lower))}" y="${y - 8}" width="${r(Math.max(x(upper) - x(lower), 1))}" ` +
    `height="16" class="box ${kind}">${tip}</rect>`,
    `<path d="M${r(x(median))} ${y - 9}V${y + 9}" class="median ${kind}"/>`,
    `<text x="${r(WIDTH - SIDE)}" y="${y + 5}" class="end${contender.ours ? " strong" : ""}">` +
    `${number(median)}</text>`,
  ];
}

/** For those who cannot see it. */
function described({ results, unit }: Figure): string {
  return results.map(({ contender, outcome }) => {
    if (outcome.kind === "never") return `${contender.name}: ${outcome.instead}.`;
    const { median, lower, upper } = spreadOf(outcome.samples);
    return `${contender.name}: median ${number(median)} ${unit}, half of all from ` +
      `${number(lower)} to ${number(upper)}.`;
  }).join(" ");
}

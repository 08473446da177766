/** How something grows, as a picture: a line for each of those that are compared. */
import { escaped, rounded as r } from "../../lib/simulate/svg_style.ts";
import { ticks } from "./axis.ts";
import type { Growth } from "./figure.ts";
import { LETTER, plotFrame, SIDE, titleLines, WIDTH } from "./plot_frame.ts";
import { median } from "../support/statistics.ts";
import { number } from "./words.ts";

const PLOT_HEIGHT = 200;
/** Room between the names of two lines. */
const NAME = 17;

/** Draws it; there are colours for four lines. */
export function growthPlot({ name, unit, by, lines }: Growth): string {
  const title = titleLines(`${name} (${unit})`);
  const drawn = lines.map((line) => ({
    name: line.name,
    points: line.points.map(({ x, samples }) => ({ x, y: median(samples) })),
  }));
  const all = drawn.flatMap(({ points }) => points);
  const [xs, ys] = [
    ticks(Math.max(...all.map(({ x }) => x))),
    ticks(Math.max(...all.map(({ y }) => y))),
  ];
  const [mostX, mostY] = [xs.at(-1) ?? 1, ys.at(-1) ?? 1];
  const left = SIDE + Math.max(...ys.map((y) => String(y).length)) * LETTER + 8;
  const right = WIDTH - SIDE - 12;
  const legend = drawn.length > 1 ? drawn.length * NAME + 8 : 0;
  const top = title.bottom + 14 + legend;
  const bottom = top + PLOT_HEIGHT;
  const px = (x: number) => left + x / mostX * (right - left);
  const py = (y: number) => bottom - y / mostY * PLOT_HEIGHT;
  const elements = [
    ...title.elements,
    ...(legend === 0
      ? []
      : drawn.map((line, index) =>
        `<text x="${SIDE}" y="${title.bottom + 22 + index * NAME}">` +
        `<tspan class="c${index % 4}">●</tspan> ${escaped(line.name)}</text>`
      )),
    ...ys.flatMap((y) => [
      `<path d="M${r(left)} ${r(py(y))}H${r(right)}" class="grid"/>`,
      `<text x="${r(left - 6)}" y="${r(py(y) + 5)}" class="quiet end">${y}</text>`,
    ]),
    ...xs.map((x) => `<text x="${r(px(x))}" y="${bottom + 18}" class="quiet middle">${x}</text>`),
    `<text x="${r((left + right) / 2)}" y="${bottom + 38}" class="quiet middle">${
      escaped(by)
    }</text>`,
    ...drawn.flatMap(({ points }, index) => [
      `<path d="M${points.map(({ x, y }) => `${r(px(x))} ${r(py(y))}`).join("L")}" ` +
      `class="line c${index % 4}"/>`,
      ...points.map(({ x, y }) =>
        `<circle cx="${r(px(x))}" cy="${r(py(y))}" r="4" class="dot c${index % 4}"/>`
      ),
    ]),
  ];
  return plotFrame(name, described({ unit, by }, drawn), bottom + 50, elements);
}

function described(
  { unit, by }: Pick<Growth, "unit" | "by">,
  lines: readonly { readonly name: string; readonly points: readonly { x: number; y: number }[] }[],
): string {
  return lines.map(({ name, points }) =>
    `${name}: ${points.map(({ x, y }) => `${number(y)} ${unit} at ${x} ${by}`).join(", ")}.`
  ).join(" ");
}

/** Writes what was measured into docs/performance.md and the pictures that it shows. */
import type { Figure, Growth, Part } from "./figure.ts";
import { growthWords } from "./growth.ts";
import { growthPlot } from "./growth_plot.ts";
import { machineWords } from "./machine.ts";
import type { PartName } from "./saved.ts";
import { spreadPlot } from "./spread_plot.ts";
import { cell, isJudged, number, standings, table } from "./words.ts";
import { spreadOf } from "../support/statistics.ts";

/** What nobody compares is a number in the table, and not drawn. */
const isDrawn = (figure: Figure) =>
  isJudged(figure) && figure.results.some(({ outcome }) => outcome.kind === "measured");

/** A part as Markdown. @param pictures the folder of the pictures, as the page names it; none: no pictures */
export function partText(name: PartName, part: Part, pictures?: string): string {
  const list = (lines: readonly string[]) => lines.map((line) => `- ${line}`);
  const paragraphs = [
    [
      `${
        machineWords(part.machine)
      }; runs of each: ${part.runs}. Medians, and in brackets between ` +
      "which the middle half lies.",
    ],
    ...tables(name, part.figures),
    list(growthWords(part.growths)),
    ...pictures === undefined ? growthTables(part.growths) : [],
    list(standings(part)),
    ...pictures === undefined ? [] : pictureNames(name, part).map(({ file, alt }) => [
      `![${alt}](${pictures}/${file})`,
    ]),
  ];
  return paragraphs.filter((lines) => lines.length > 0).map((lines) => lines.join("\n"))
    .join("\n\n");
}

/** What is on a page's width: so many columns, the others in a table of their own. */
const COLUMNS = 4;

function tables(name: PartName, figures: readonly Figure[]): readonly (readonly string[])[] {
  // The figures of the program alone are many and have few contenders.
  if (name === "micro") return [transposed(figures)];
  const parts = [figures.filter(({ compared }) => compared), figures.filter((f) => !f.compared)];
  return parts.flatMap((part) => {
    const count = Math.ceil(part.length / COLUMNS);
    const each = Math.ceil(part.length / count);
    return Array.from(
      { length: count },
      (_, index) => table(part.slice(index * each, (index + 1) * each)),
    );
  });
}

function transposed(figures: readonly Figure[]): readonly string[] {
  const names = [
    ...new Set(figures.flatMap(({ results }) => results.map(({ contender }) => contender.name))),
  ];
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    row(["", ...names]),
    row(["---", ...names.map(() => "---")]),
    ...figures.map(({ name, unit, results }) =>
      row([
        unit === "count" ? name : `${name} (${unit})`,
        ...names.map((contender) =>
          cell(results.find((result) => result.contender.name === contender))
        ),
      ])
    ),
  ];
}

function growthTables(growths: readonly Growth[]): readonly (readonly string[])[] {
  return growths.map(({ name, unit, by, lines }) => [
    `${name} (${unit}):`,
    ...lines.map(({ name, points }) =>
      `  ${name}: ${
        points.map(({ x, samples }) => `${number(spreadOf(samples).median)} at ${x} ${by}`)
          .join(", ")
      }`
    ),
  ]);
}

interface Picture {
  readonly file: string;
  readonly alt: string;
  readonly svg: string;
}

/** The pictures of a part. */
function pictureNames(name: PartName, part: Part): readonly Picture[] {
  const file = (id: string) => `performance-${id}.svg`;
  const figures = part.figures.filter((figure) =>
    isDrawn(figure) && (name !== "micro" || figure.goal !== undefined)
  );
  return [
    ...figures.map((figure) => ({
      file: file(figure.id),
      alt: `For each contender: ${figure.name}`,
      svg: spreadPlot(figure),
    })),
    ...part.growths.map((growth) => ({
      file: file(growth.id),
      alt: `${growth.name}, by ${growth.by}`,
      svg: growthPlot(growth),
    })),
  ];
}

/**
 * Puts the parts between their markers, and their pictures beside those of other pages.
 * @throws {Error} if the page has no place for a part
 */
export async function writePage(
  repository: string,
  parts: ReadonlyMap<PartName, Part>,
): Promise<void> {
  const path = `${repository}/docs/performance.md`;
  let page = await Deno.readTextFile(path);
  for (const [name, part] of parts) {
    const [begin, end] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
    const [from, to] = [page.indexOf(begin), page.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`${path} has no ${begin} ... ${end}`);
    const text = partText(name, part, "pictures");
    page = `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`;
    for (const { file, svg } of pictureNames(name, part)) {
      await Deno.writeTextFile(`${repository}/docs/pictures/${file}`, svg);
    }
  }
  await Deno.writeTextFile(path, page);
  // The widths of a table's columns are the formatter's.
  await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", path], cwd: repository })
    .output();
}

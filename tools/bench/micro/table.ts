import type { Figure, MicroFigures } from "./figures.ts";

/** The figures as a table of Markdown: median, and in brackets the least. */
export function tableOf({ figures }: MicroFigures): string {
  const names = [
    ...new Set(figures.flatMap(({ measured }) => measured.map((one) => one.contender))),
  ];
  const rows = figures.map(({ name, unit, goal, measured }) => [
    `${name} (${unit === "bytes" ? "MB" : unit})`,
    ...names.map((contender) => {
      const found = measured.find((one) => one.contender === contender);
      if (found === undefined) return "";
      const [median, least] = [found.median, found.least].map((value) => written(value, unit));
      return median === least ? median ?? "" : `${median} (${least})`;
    }),
    goal,
  ]);
  return [["", ...names, "goal"], ["", ...names, ""].map(() => "---"), ...rows]
    .map((row) => `| ${row.join(" | ")} |`)
    .join("\n");
}

function written(value: number, unit: Figure["unit"]): string {
  switch (unit) {
    case "ms":
      return value.toFixed(2);
    case "us":
    case "kB":
      return value.toFixed(0);
    case "bytes":
      return (value / 1e6).toFixed(2);
  }
}

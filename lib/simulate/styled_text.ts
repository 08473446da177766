import { visible } from "../spec/visible.ts";

/** How a piece of text is to look; what that is in colours is the medium's choice. */
export type Style =
  | "plain"
  | "dim"
  | "bold"
  | "held"
  | "starting"
  | "ready"
  | "stopping"
  | "backOff"
  | "cause"
  | "good"
  | "bad";

/** A piece of a line in one style. */
export interface Segment {
  readonly text: string;
  readonly style: Style;
}

/** A line of a terminal. */
export type StyledLine = readonly Segment[];

/**
 * The SGR codes of the styles: of the sixteen colours that each terminal's theme has, so that they can
 * be read on light and on dark. https://en.wikipedia.org/wiki/ANSI_escape_code#SGR
 */
const SGR: Readonly<Record<Style, string>> = {
  plain: "",
  dim: "2",
  bold: "1",
  held: "90",
  starting: "33",
  ready: "32",
  stopping: "35",
  backOff: "31",
  cause: "36",
  good: "1;32",
  bad: "1;31",
};

/** A line without any style, in which nothing acts on a terminal. */
export function plain(line: StyledLine): string {
  return line.map(({ text }) => visible(text)).join("").trimEnd();
}

/** A line for a terminal that has colours. */
export function coloured(line: StyledLine): string {
  return line.map(({ text, style }) =>
    SGR[style] === "" ? visible(text) : `\x1b[${SGR[style]}m${visible(text)}\x1b[0m`
  ).join("");
}

/** A line of one style. */
export function styled(text: string, style: Style = "plain"): StyledLine {
  return [{ text, style }];
}

/** Cells of a terminal that can be written to in any order. */
export interface Grid {
  /** Writes `text` from a column on; what does not fit is left out. */
  write(column: number, text: string, style: Style): void;
  /** Whether a stretch of columns is empty. */
  isFree(column: number, count: number): boolean;
  line(): StyledLine;
}

/** One row of so many columns. */
export function rowOf(columns: number): Grid {
  const cells: Segment[] = Array.from({ length: columns }, () => ({ text: " ", style: "plain" }));
  return {
    write(column, text, style) {
      for (const [offset, letter] of [...text].entries()) {
        const at = column + offset;
        if (at >= 0 && at < columns) cells[at] = { text: letter, style };
      }
    },
    isFree: (column, count) =>
      column >= 0 && column + count <= columns &&
      cells.slice(column, column + count).every(({ text }) => text === " "),
    line() {
      const segments: Segment[] = [];
      const end = cells.findLastIndex(({ text }) => text !== " ") + 1;
      for (const { text, style } of cells.slice(0, end)) {
        const last = segments.at(-1);
        if (last !== undefined && (last.style === style || text === " ")) {
          segments[segments.length - 1] = { text: last.text + text, style: last.style };
        } else segments.push({ text, style: text === " " ? "plain" : style });
      }
      return segments;
    },
  };
}

/** A text in lines of at most so many columns, broken at spaces where it can be. */
export function wrapped(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of visible(text).split(" ")) {
    let rest = word;
    if (line !== "" && line.length + 1 + rest.length > columns) {
      lines.push(line);
      line = "";
    }
    for (; rest.length > columns; rest = rest.slice(columns)) lines.push(rest.slice(0, columns));
    line = line === "" ? rest : `${line} ${rest}`;
  }
  return [...lines, line];
}

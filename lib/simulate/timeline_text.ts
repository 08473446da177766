import type { Duration } from "../spec/duration.ts";
import { visible } from "../spec/visible.ts";
import { ticksOf } from "./time_axis.ts";
import { type Grid, rowOf, type Segment, type Style, type StyledLine } from "./styled_text.ts";
import { type Arrow, type Doing, type Lane, legendOf, type Timeline } from "./timeline.ts";

/** What a terminal has at least, and what fits into a mail and a page. */
export const COLUMNS = 80;

/** The longest name that is not cut. */
const LONGEST_NAME = 22;
/** Behind the bars, for an exit code. */
const MARGIN = 5;
/** Between the labels of the axis. */
const COLUMNS_OF_TICK = 9;

const GLYPHS: Readonly<Record<Doing, string>> = {
  held: "·",
  starting: "░",
  ready: "█",
  stopping: "▒",
  backOff: "╌",
  ended: " ",
};

/** Where time stands in the row. */
interface Scale {
  readonly column: (at: Duration) => number;
  readonly first: number;
  readonly columns: number;
}

/** The bars, the arrows between them, the axis and the legend, in lines of at most 80 columns. */
export function timelineText(timeline: Timeline): readonly StyledLine[] {
  const longest = Math.max(...timeline.lanes.map(({ container }) => container.length), 8);
  const first = Math.min(longest, LONGEST_NAME) + 2;
  const columns = COLUMNS - first - MARGIN;
  const perColumn = Math.max(timeline.length, 1) / columns;
  const scale: Scale = {
    column: (at) => first + Math.min(Math.floor(at / perColumn), columns - 1),
    first,
    columns,
  };
  return [
    ...axis(timeline, scale),
    ...podRows(timeline, scale),
    ...laneRows(timeline, scale),
    ...legend(timeline, scale),
  ];
}

function axis({ length }: Timeline, { column, columns }: Scale): readonly StyledLine[] {
  const labels = rowOf(COLUMNS);
  for (const { at, label } of ticksOf(length, Math.floor(columns / COLUMNS_OF_TICK))) {
    labels.write(column(at), `╷${label}`, "dim");
  }
  return [labels.line()];
}

/** What befalls the pod, a row each. */
function podRows({ podMarks }: Timeline, { column }: Scale): readonly StyledLine[] {
  return podMarks.map(({ what, from, to }) => {
    const row = rowOf(COLUMNS);
    const begin = column(from);
    const sign = to === undefined ? "▽" : "╳".repeat(Math.max(column(to) - begin, 1));
    row.write(begin, sign, "bad");
    const label = ` ${what}`;
    const fits = begin + sign.length + label.length <= COLUMNS;
    row.write(fits ? begin + sign.length : Math.max(begin - label.length - 1, 0), label, "plain");
    return row.line();
  });
}

function laneRows({ lanes, arrows }: Timeline, scale: Scale): readonly StyledLine[] {
  const gaps = lanes.slice(1).map(() => rowOf(COLUMNS));
  const places = new Map(lanes.map(({ container }, index) => [container, index]));
  const rows = lanes.map((lane) => laneRow(lane, scale));
  for (const arrow of arrows) drawArrow(arrow, places, { rows, gaps }, scale);
  return rows.flatMap((row, index) => {
    const gap = gaps[index];
    return [row.line(), ...(gap === undefined ? [] : [gap.line()])];
  });
}

function laneRow(lane: Lane, { column, first }: Scale): Grid {
  const { spans, marks } = lane;
  const container = visible(lane.container);
  const row = rowOf(COLUMNS);
  const name = container.length > LONGEST_NAME
    ? `${container.slice(0, LONGEST_NAME - 1)}…`
    : container;
  row.write(0, name, "bold");
  for (const { doing, from, to } of spans) {
    if (doing === "ended") continue;
    const [begin, end] = [column(from), column(to)];
    row.write(begin, GLYPHS[doing].repeat(Math.max(end - begin, 1)), doing);
  }
  for (const mark of marks) {
    if (mark.kind !== "exit") continue;
    const label = String(mark.code);
    const style: Style = mark.code === 0 ? "good" : "bad";
    const end = column(mark.at);
    // A life that is shorter than a column has one all the same.
    const at = [end, end + 1].find((each) => row.isFree(each, label.length + 1));
    if (at !== undefined) row.write(row.isFree(at, label.length + 2) ? at + 1 : at, label, style);
    else row.write(Math.max(end - 1, first), mark.code === 0 ? "✓" : "✗", style);
  }
  return row;
}

/** An arrow in the rows between two lanes, and behind the bars of those in between. */
function drawArrow(
  { from, to }: Arrow,
  places: ReadonlyMap<string, number>,
  { rows, gaps }: { readonly rows: readonly Grid[]; readonly gaps: readonly Grid[] },
  { column }: Scale,
): void {
  const [cause, effect] = [places.get(from.container), places.get(to.container)];
  if (cause === undefined || effect === undefined || cause === effect) return;
  const down = cause < effect;
  const passed = down ? gaps.slice(cause, effect) : gaps.slice(effect, cause).toReversed();
  const end = column(to.at);
  // One column is less than a corner can show.
  const begin = column(from.at) < end - 1 ? column(from.at) : end;
  for (const [index, gap] of passed.entries()) {
    const isLast = index === passed.length - 1;
    const head = isLast ? (down ? "▼" : "▲") : "│";
    if (index === 0 && end > begin) {
      const turn = down ? "╮" : "╯";
      const way = `${down ? "╰" : "╭"}${"─".repeat(end - begin - 1)}${isLast ? head : turn}`;
      gap.write(begin, way, "cause");
    } else gap.write(end, head, "cause");
  }
  for (const row of rows.slice(Math.min(cause, effect) + 1, Math.max(cause, effect))) {
    if (row.isFree(end, 1)) row.write(end, "│", "cause");
  }
}

function legend(timeline: Timeline, { first }: Scale): readonly StyledLine[] {
  const exits = timeline.lanes.some(({ marks }) => marks.some(({ kind }) => kind === "exit"));
  const signs: readonly (readonly [sign: string, style: Style, words: string])[] = [
    ...legendOf(timeline).map(([doing, words]) => [GLYPHS[doing].repeat(2), doing, words] as const),
    ...(timeline.arrows.length > 0 ? [["▼", "cause", "because of"] as const] : []),
    ...(exits ? [["0", "good", "exit code"] as const] : []),
  ];
  const rows: Segment[][] = [];
  for (const [sign, style, words] of signs) {
    const item: readonly Segment[] = [
      { text: sign, style },
      { text: ` ${words}`, style: "dim" },
    ];
    const row = rows.at(-1);
    if (row === undefined || lengthOf(row) + 3 + lengthOf(item) > COLUMNS) rows.push([...item]);
    else row.push({ text: "   ", style: "plain" }, ...item);
  }
  if (rows.length === 0) return [];
  const longest = Math.max(...rows.map(lengthOf));
  const margin: Segment = {
    text: " ".repeat(Math.min(first, COLUMNS - longest)),
    style: "plain",
  };
  return [[], ...rows.map((row) => [margin, ...row])];
}

function lengthOf(line: StyledLine): number {
  return line.reduce((sum, { text }) => sum + text.length, 0);
}

import type { Duration } from "../spec/duration.ts";
import { visible } from "../spec/visible.ts";
import { type Style, type StyledLine, wrapped } from "./styled_text.ts";
import type { StoryLine, Timeline } from "./timeline.ts";
import { COLUMNS } from "./timeline_text.ts";

const COLUMNS_OF_TIME = 7;
const LONGEST_WHO = 22;

/** A moment as `12.3s`, or `1m02.3s`. */
export function formatMoment(at: Duration): string {
  const tenths = Math.round(at / 100);
  const [minutes, rest] = [Math.floor(tenths / 600), (tenths % 600) / 10];
  return minutes === 0 ? `${rest.toFixed(1)}s` : `${minutes}m${rest.toFixed(1).padStart(4, "0")}s`;
}

/** How wide the column of those who say something is. */
export function whoColumns(names: readonly string[]): number {
  return Math.min(Math.max(...names.map(({ length }) => length), 7), LONGEST_WHO);
}

/** A line of the log, broken where it is longer than 80 columns. */
export function storyLineText(
  { at, who: told, what }: StoryLine,
  columns: number,
): readonly StyledLine[] {
  const who = visible(told);
  const name = who.length > columns ? `${who.slice(0, columns - 1)}…` : who;
  const indent = COLUMNS_OF_TIME + columns + 4;
  const style: Style = ["kubelet", "pod", "Job"].includes(who) ? "plain" : "bold";
  return wrapped(what, COLUMNS - indent).map((line, index) =>
    index === 0
      ? [
        { text: `${formatMoment(at).padStart(COLUMNS_OF_TIME)}  `, style: "dim" },
        { text: `${name.padEnd(columns)}  `, style },
        { text: line, style: "plain" },
      ]
      : [{ text: " ".repeat(indent) + line, style: "plain" }]
  );
}

/** The log of what happened. */
export function storyText({ story }: Timeline): readonly StyledLine[] {
  const columns = whoColumns(story.map(({ who }) => who));
  return story.flatMap((line) => storyLineText(line, columns));
}

/** How it ended, in one line. */
export function outcomeText({ outcome }: Timeline): readonly StyledLine[] {
  if (outcome === undefined) return [];
  const { good, what } = outcome;
  return wrapped(what, COLUMNS).map((text) => [{ text, style: good ? "good" : "bad" }]);
}

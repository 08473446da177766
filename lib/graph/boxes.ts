import type { Node } from "./graph.ts";
import { wordsOf } from "./words.ts";
import { columnsOf, wrapAndCut } from "./wrap.ts";

/** The sizes of letters, in units of the picture. */
export const SIZE = { title: 16, name: 15, small: 12.5 } as const;

/** The height of a line, in parts of its letters' size. */
export const LINE = 1.35;

/**
 * The width of a column, in parts of the letters' size: a little more than in the widest of the usual
 * fonts (DejaVu Sans Mono: 0.602; DejaVu Sans, of our words: 0.53), since which one a reader has is not
 * known.
 */
const COLUMN = { mono: 0.62, sans: 0.57, bold: 0.66 } as const;

const PADDING = { x: 12, y: 9 } as const;

/** How many lines a text may take before it is cut. The longest name of a container has 63 letters. */
const MOST_LINES = 5;

/** Small words are not broken below that many columns: a path would be hard to read. */
const LEAST_COLUMNS = 22;

/** A line of a box, and which look it has. */
export interface BoxLine {
  readonly text: string;
  readonly look: "name" | "what" | "note" | "fault";
  readonly size: number;
}

/** A node as a box that has room for its words. */
export interface Box {
  readonly node: Node;
  readonly lines: readonly BoxLine[];
  readonly width: number;
  readonly height: number;
}

/**
 * @param columns how wide a name may get before it is broken
 * @param names of all that the node stands for; its own, if not given
 */
export function boxOf(node: Node, columns: number, names?: readonly string[]): Box {
  const { name, what, notes, faults } = wordsOf(node);
  const fitting = Math.floor(columns * SIZE.name * COLUMN.mono / (SIZE.small * COLUMN.sans));
  const small = Math.max(LEAST_COLUMNS, fitting);
  const line = (look: BoxLine["look"], text: string): readonly BoxLine[] => {
    const size = look === "name" ? SIZE.name : SIZE.small;
    const broken = wrapAndCut(text, look === "name" ? columns : small, MOST_LINES);
    return broken.map((text) => ({ text, look, size }));
  };
  const lines = [
    ...(names ?? [name]).flatMap((each) => line("name", each)),
    ...line("what", names === undefined || names.length === 1 ? what : `each a ${what}`),
    ...notes.flatMap((note) => line("note", note)),
    ...faults.flatMap((fault) => line("fault", fault)),
  ];
  // Around a gate the box is round at its ends.
  const padding = PADDING.x + (node.kind === "gate" ? 8 : 0);
  return {
    node,
    lines,
    width: Math.ceil(Math.max(...lines.map(widthOf)) + 2 * padding),
    height: Math.ceil(heightOf(lines) + 2 * PADDING.y),
  };
}

/** The room that a line takes, in units of the picture; `look` as in a box, small words without it. */
export function widthOf(
  { text, look, size }: Partial<BoxLine> & { readonly text: string },
): number {
  return columnsOf(text) * (size ?? SIZE.small) * (look === "name" ? COLUMN.mono : COLUMN.sans);
}

/** How many columns of a title have room in a width. */
export function columnsOfTitle(width: number): number {
  return Math.floor(width / (SIZE.title * COLUMN.bold));
}

/** The room that lines take, in units of the picture. */
export function heightOf(lines: readonly Pick<BoxLine, "size">[]): number {
  return lines.reduce((sum, { size }) => sum + size * LINE, 0);
}

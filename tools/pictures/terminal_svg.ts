import type { Segment, Style, StyledLine } from "../../lib/simulate/styled_text.ts";
import { colours, escaped, MONO, rounded as r } from "../../lib/simulate/svg_style.ts";

/** A letter's width and a line's height, in units of the picture. */
const LETTER = 8;
const LINE = 18;
const SIDE = 14;

/** How a style of text looks; `plain` is the rest. */
const CLASSES: Readonly<Record<Style, string>> = {
  plain: "",
  dim: "dim",
  bold: "bold",
  held: "dim",
  starting: "starting",
  ready: "ready",
  stopping: "stopping",
  backOff: "backOff",
  cause: "cause",
  good: "good",
  bad: "bad",
};

/** What bars are made of: fonts draw these letters with gaps, or not at all. */
const BAR = /^[█▒░]+$/;

/** Lines of a terminal as SVG, each letter in its column whatever the reader's font is. */
export function terminalSvg(title: string, lines: readonly StyledLine[], columns: number): string {
  const width = columns * LETTER + 2 * SIDE;
  const height = lines.length * LINE + 2 * SIDE;
  const text = lines.map((line) => line.map(({ text }) => text).join("")).join("\n");
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" ` +
    `height="${height}" role="img" aria-labelledby="title desc">`,
    `<title id="title">${escaped(title)}</title>`,
    `<desc id="desc">${escaped(text)}</desc>`,
    `<style>${colours()}${STYLE}</style>`,
    `<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" class="ground"/>`,
    ...lines.flatMap((line, index) => elementsOf(line, SIDE + index * LINE)),
    "</svg>",
    "",
  ].join("\n");
}

const STYLE = [
  `text{font:13px ${MONO};fill:var(--text);white-space:pre}`,
  ".ground{fill:var(--ground);stroke:var(--line)}",
  ".dim{fill:var(--quiet)}.bold{font-weight:700}.cause{fill:var(--cause)}",
  ".starting{fill:var(--starting)}.ready{fill:var(--ready)}.stopping{fill:var(--stopping)}",
  ".backOff{fill:var(--backOff)}",
  ".good{fill:var(--good);font-weight:700}.bad{fill:var(--bad);font-weight:700}",
].join("");

function elementsOf(line: StyledLine, top: number): readonly string[] {
  let column = 0;
  return line.flatMap((segment) => {
    const elements = [...runsOf(segment)].map(([at, text]) =>
      elementOf(text, SIDE + (column + at) * LETTER, top, CLASSES[segment.style])
    );
    column += [...segment.text].length;
    return elements;
  });
}

/** The parts of a text between wide gaps, and its bars, each with its column. */
function* runsOf({ text }: Segment): Iterable<readonly [at: number, text: string]> {
  // All that is drawn is in the Basic Multilingual Plane: an index is a column.
  for (const match of text.matchAll(/[█▒░]+|[^\s█▒░]+(?: [^\s█▒░]+)*/g)) {
    yield [match.index, match[0]];
  }
}

function elementOf(text: string, x: number, top: number, style: string): string {
  const width = text.length * LETTER;
  const look = style === "" ? "" : ` class="${style}"`;
  if (BAR.test(text)) {
    return `<rect x="${r(x)}" y="${r(top + 2)}" width="${width}" height="${LINE - 4}"${look}/>`;
  }
  return `<text x="${r(x)}" y="${r(top + LINE - 5)}" textLength="${width}" ` +
    `lengthAdjust="spacingAndGlyphs"${look}>${escaped(text)}</text>`;
}

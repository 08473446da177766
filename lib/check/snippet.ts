import { visible } from "../spec/visible.ts";
import type { Diagnostic } from "./diagnostic.ts";

/** How much of a long line is shown, in columns, and how much of it before the place. */
const MOST = 100;
const BEFORE = 40;

/** A line of a file, and the mark under it. */
export interface Snippet {
  readonly number: string;
  readonly line: string;
  /** Spaces and carets, as wide as what they stand below. */
  readonly mark: string;
}

/** The line that a diagnostic is about, as a terminal shows it; undefined if there is none. */
export function snippetOf({ file, range: { start, end } }: Diagnostic): Snippet | undefined {
  const text = file.text.split(/\r?\n/)[start.line - 1];
  if (text === undefined || text.trim() === "") return undefined;
  const from = start.column - 1;
  const to = Math.max(from + 1, end.line === start.line ? end.column - 1 : text.trimEnd().length);
  const first = from > MOST - BEFORE ? from - BEFORE : 0;
  const last = Math.min(text.length, first + MOST);
  const shown = (part: string) => visible(part.replaceAll("\t", " "));
  const [before, marked, after] = [
    shown(text.slice(first, from)),
    shown(text.slice(from, Math.min(to, last))),
    shown(text.slice(Math.min(to, last), last)),
  ];
  const head = first > 0 ? "…" : "";
  return {
    number: String(start.line),
    line: `${head}${before}${marked}${after}${last < text.length ? "…" : ""}`.trimEnd(),
    mark: " ".repeat(widthOf(head + before)) + "^".repeat(Math.max(1, widthOf(marked))),
  };
}

/** East Asian wide characters and pictures take two columns, marks that combine none. */
function widthOf(text: string): number {
  let width = 0;
  for (const char of text) {
    if (/\p{M}/u.test(char)) continue;
    width +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u
          .test(char)
        ? 2
        : 1;
  }
  return width;
}

import { Lexer } from "yaml";

/** A comment of a file. */
export interface Comment {
  /** Behind the `#`, trimmed. */
  readonly text: string;
  readonly line: number;
  /** Of its `#`. */
  readonly column: number;
  /** The line that it speaks of: its own, or if it stands alone there, the next that is no comment. */
  readonly about: number;
}

/** What the lexer says between the tokens that are pieces of the text. */
const MARKS: ReadonlySet<string> = new Set(["\x02", "\x18", "\x1f"]);

/** The comments of a file; what looks like one in a text of the file is none. */
export function commentsIn(text: string): readonly Comment[] {
  const lines = text.split(/\r?\n/);
  const found: { readonly text: string; readonly line: number; readonly column: number }[] = [];
  let line = 1;
  let column = 1;
  let isScalar = false;
  for (const token of new Lexer().lex(text)) {
    if (MARKS.has(token)) {
      isScalar = token === "\x1f";
      continue;
    }
    if (!isScalar && token.startsWith("#")) {
      found.push({ text: token.slice(1).trim(), line, column });
    }
    isScalar = false;
    const breaks = token.split("\n");
    line += breaks.length - 1;
    column = (breaks.length === 1 ? column : 1) + (breaks.at(-1) ?? "").length;
  }
  const isAlone = (at: number) => /^\s*(#|$)/.test(lines[at - 1] ?? "x");
  return found.map((comment) => {
    let about = comment.line;
    while (about <= lines.length && isAlone(about)) about++;
    return { ...comment, about };
  });
}

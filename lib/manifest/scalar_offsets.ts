import type { Scalar } from "yaml";

/** What a letter behind a backslash stands for in a double-quoted scalar: YAML 1.2.2, 5.7. */
const ESCAPES: Readonly<Record<string, string>> = {
  0: "\0",
  a: "\x07",
  b: "\b",
  t: "\t",
  n: "\n",
  v: "\v",
  f: "\f",
  r: "\r",
  e: "\x1b",
  N: "\x85",
  _: "\xa0",
  L: "\u2028",
  P: "\u2029",
};

/** From where to where something stands, as indexes into a file. */
export type Stretch = readonly [start: number, end: number];

/**
 * Where each UTF-16 unit of a scalar's text stands in the file. Exact for everything but blanks: what
 * YAML folds into one stands where the blanks of the file begin.
 */
export function stretchesOf(
  { type, range }: Pick<Scalar, "type" | "range">,
  text: string,
  source: string,
): readonly Stretch[] {
  const [start, end] = range ?? [0, 0];
  const isDouble = type === "QUOTE_DOUBLE";
  const isSingle = type === "QUOTE_SINGLE";
  const stretches: Stretch[] = [];
  let at = isDouble || isSingle ? start + 1 : start;
  if (type === "BLOCK_LITERAL" || type === "BLOCK_FOLDED") {
    // The head of a block, `|2- # comment`, is none of its text.
    const line = source.indexOf("\n", at);
    at = line === -1 ? end : line + 1;
  }
  while (stretches.length < text.length) {
    const char = text[stretches.length] ?? "";
    if (isDouble) at = behind(/\\\r?\n[ \t]*/y, source, at);
    if (isBlank(char)) {
      const blanks = behind(/[ \t\r\n]+/y, source, at);
      const escape = isDouble ? escapeAt(source, blanks) : undefined;
      const from = source[at] !== char && escape?.text === char ? blanks : at;
      const length = source[at] === char ? 1 : escape?.text === char ? escape.length : 0;
      at = from + length;
      stretches.push([from, at]);
      continue;
    }
    at = behind(isDouble ? /(?:[ \t\r\n]|\\\r?\n)+/y : /[ \t\r\n]+/y, source, at);
    const escape = isDouble ? escapeAt(source, at) : undefined;
    const next = at + (escape?.length ?? (isSingle && char === "'" ? 2 : 1));
    // A character beyond the basic plane has two units in the text, and one escape in the file.
    for (let unit = 0; unit < (escape?.text.length ?? 1); unit++) stretches.push([at, next]);
    at = next;
  }
  return stretches;
}

function isBlank(char: string): boolean {
  return " \t\r\n".includes(char);
}

function behind(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

function escapeAt(
  source: string,
  at: number,
): { readonly text: string; readonly length: number } | undefined {
  const pattern = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([^\r\n]))/y;
  pattern.lastIndex = at;
  const [all, byte, four, eight, letter = ""] = pattern.exec(source) ?? [];
  if (all === undefined) return undefined;
  const digits = byte ?? four ?? eight;
  const text = digits === undefined
    ? ESCAPES[letter] ?? letter
    : String.fromCodePoint(Math.min(Number.parseInt(digits, 16), 0x10ffff));
  return { text, length: all.length };
}

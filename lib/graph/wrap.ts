/**
 * Breaks a text into lines of at most `width` columns, at spaces, else behind `/`, else behind `-`, `.` or
 * `_`, else anywhere.
 *
 * @param indent what the lines behind the first begin with
 */
export function wrap(text: string, width: number, indent = ""): readonly string[] {
  const lines: string[] = [];
  let rest = [...text];
  for (;;) {
    const begin = lines.length === 0 ? "" : indent;
    const room = fitting(rest, width - begin.length);
    if (room >= rest.length) return [...lines, begin + rest.join("")];
    const at = breakOf(rest, room);
    lines.push((begin + rest.slice(0, at).join("")).trimEnd());
    rest = rest.slice(rest[at] === " " ? at + 1 : at);
  }
}

/** As {@linkcode wrap}, with at most `most` lines; a text that is longer ends with `…`. */
export function wrapAndCut(text: string, width: number, most: number): readonly string[] {
  const lines = wrap(text, width);
  if (lines.length <= most) return lines;
  const last = [...lines[most - 1] ?? ""];
  return [...lines.slice(0, most - 1), `${last.slice(0, fitting(last, width - 1)).join("")}…`];
}

/** How many columns a text takes: those of East Asia are two wide, and so are pictures. */
export function columnsOf(text: string): number {
  return [...text].reduce((sum, each) => sum + columnsOfOne(each), 0);
}

// https://www.unicode.org/reports/tr11/: wide and full width, in coarse ranges.
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f000}-\u{3fffd}]/u;

function columnsOfOne(character: string): number {
  return WIDE.test(character) ? 2 : 1;
}

/** How many of the characters have room; one at least. */
function fitting(characters: readonly string[], width: number): number {
  let used = 0;
  for (const [index, character] of characters.entries()) {
    used += columnsOfOne(character);
    if (used > width) return Math.max(index, 1);
  }
  return characters.length;
}

function breakOf(characters: readonly string[], room: number): number {
  for (let at = room; at > 0; at--) if (characters[at] === " ") return at;
  for (const after of [/[/]/, /[-._]/]) {
    for (let at = room; at > room / 2; at--) if (after.test(characters[at - 1] ?? "")) return at;
  }
  return room;
}

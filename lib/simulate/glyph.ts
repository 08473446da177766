/** Characters from here on stand in no word. */
const FIRST = 256;

/** Two halves of a pair, side by side, would be taken for the character that the pair stands for. */
const HALVES = { from: 0xd800, count: 0x800 };

/** A number as one character, so that texts of several are the same only if all numbers are. */
export function glyphOf(number: number): string {
  const code = number + FIRST;
  return String.fromCodePoint(code < HALVES.from ? code : code + HALVES.count);
}

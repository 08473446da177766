/**
 * The words of a command line as a shell splits it: at spaces, but for what stands in quotes or behind
 * a backslash. Nothing is expanded.
 *
 * @returns undefined if a quote is not closed
 */
export function words(text: string): readonly string[] | undefined {
  const found: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  const letters = [...text];
  for (let at = 0; at < letters.length; at++) {
    const letter = letters[at] ?? "";
    if (quote !== undefined) {
      if (letter === quote) quote = undefined;
      else if (letter === "\\" && quote === '"' && '"\\$`'.includes(letters[at + 1] ?? " ")) {
        word = (word ?? "") + letters[++at];
      } else word = (word ?? "") + letter;
    } else if (letter === "'" || letter === '"') {
      quote = letter;
      word ??= "";
    } else if (letter === "\\") word = (word ?? "") + (letters[++at] ?? "\\");
    else if (/\s/.test(letter)) {
      if (word !== undefined) found.push(word);
      word = undefined;
    } else word = (word ?? "") + letter;
  }
  if (quote !== undefined) return undefined;
  return word === undefined ? found : [...found, word];
}

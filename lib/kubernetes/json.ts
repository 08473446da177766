/**
 * A pod has some thousand values, with all that a cluster's controllers write into it. More than this
 * is no pod, and as JavaScript objects it would take thirty times the memory that it has as text.
 */
const MOST_VALUES = 100_000;

/** What begins a value, or stands before the next one. */
const MARKS = ["{", "[", ","] as const;

/**
 * Parses JSON of the API server.
 *
 * @throws {RangeError} if it has more values than an answer of a Kubernetes API server for one pod
 * @throws {SyntaxError} if it is no JSON
 */
export function parseJson(text: string): unknown {
  let count = 0;
  // Each value takes a character at least: a text of an ordinary pod need not be searched.
  for (const mark of text.length > MOST_VALUES ? MARKS : []) {
    for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + 1)) {
      if (++count > MOST_VALUES) throw new RangeError(`JSON of more than ${MOST_VALUES} values`);
    }
  }
  return JSON.parse(text);
}

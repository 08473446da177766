/** How much of a text is shown in a message, in characters. */
const MOST = 80;

/** What most texts have nothing of: a set of all of Unicode is made when it is needed. */
const UNUSUAL = /[^ -~]/;

/** Control characters, line ends, and what no eye sees or what turns the direction of writing. */
const invisible = () => /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * A text as one line that a terminal or a log shows as it is: what would forge a line, move the cursor
 * or hide is written as JSON writes it, `\u001b`.
 */
export function visible(text: string): string {
  if (!UNUSUAL.test(text)) return text;
  return text.replace(invisible(), (found) => {
    let written = "";
    for (let index = 0; index < found.length; index++) {
      written += `\\u${found.charCodeAt(index).toString(16).padStart(4, "0")}`;
    }
    return written;
  });
}

/** A text from outside as a message shows it: in quotes, cut when it is long, nothing in it acts. */
export function quoted(text: string): string {
  const start = [...text.slice(0, 2 * MOST)];
  const cut = start.length > MOST || text.length > 2 * MOST;
  return visible(JSON.stringify(cut ? `${start.slice(0, MOST).join("")}…` : text));
}

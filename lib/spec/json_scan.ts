import { jsonPath } from "./json_path.ts";
import { mistakeAt, mistakeOf } from "./json_mistakes.ts";

/** How deep values may lie in each other, far beyond what anybody writes. */
const DEEPEST = 64;

/** What is wrong with a text that is meant to be JSON. */
export interface JsonFault {
  readonly what: string;
  /** Where, as an index into the text. */
  readonly offset: number;
  /** The keys to the value that it stands in. */
  readonly path: readonly (string | number)[];
  /** A key that is there twice: it is JSON all the same. */
  readonly isDouble: boolean;
}

/** A text as its scanner saw it. */
export interface JsonScan {
  /** Where each value begins, by its JSON path. */
  readonly starts: ReadonlyMap<string, number>;
  /** Each key that is there twice, then what the text breaks off at. */
  readonly faults: readonly JsonFault[];
}

/** Walks through a text and tells the place of each value and each fault. */
export function scanJson(text: string): JsonScan {
  const starts = new Map<string, number>();
  const faults: JsonFault[] = [];
  let at = text.length - text.trimStart().length;
  if (at === text.length) stop("the text is empty", []);
  else if (scanValue([])) {
    const end = text.trimEnd().length;
    skipSpace();
    if (at < end) stop("more text after the end of the spec", []);
  }
  return { starts, faults };

  /** Notes what the text breaks off at. */
  function stop(what: string, path: readonly (string | number)[], offset = at): false {
    const recognised = mistakeOf(text.trim()) ?? mistakeAt(text, offset);
    faults.push({ what: recognised ?? what, offset, path, isDouble: false });
    return false;
  }

  function skipSpace(): void {
    while (" \t\n\r".includes(text[at] ?? "x")) at++;
  }

  function scanValue(path: readonly (string | number)[]): boolean {
    skipSpace();
    starts.set(jsonPath(path), at);
    if (path.length > DEEPEST) return stop(`more than ${DEEPEST} levels`, path);
    if (text.startsWith("{{", at)) return stop("a key in double quotes is missing", path);
    switch (text[at]) {
      case "{":
        return scanObject(path);
      case "[":
        return scanList(path);
      case '"':
        return scanString(path) !== undefined;
      default:
        return scanWord(path);
    }
  }

  function scanWord(path: readonly (string | number)[]): boolean {
    const word = /[-+.\w]*/y;
    word.lastIndex = at;
    const [found = ""] = word.exec(text) ?? [];
    if (!/^(true|false|null|-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?)$/.test(found)) {
      const what = at >= text.trimEnd().length
        ? "the text ends where a value is missing"
        : /^[-+.]*\d/.test(found)
        ? "a number that JSON does not know (no +, no leading 0, digits around the point)"
        : "no JSON value";
      return stop(what, path);
    }
    at += found.length;
    return true;
  }

  /** A string or key; undefined if it breaks off. */
  function scanString(path: readonly (string | number)[]): string | undefined {
    const start = at;
    for (at++; text[at] !== '"'; at++) {
      const char = text[at];
      if (char === undefined) {
        stop("a text in quotes has no end: it begins here", path, start);
        return undefined;
      }
      if (char < " ") {
        stop("a line break or control character in a text in quotes: write it as \\n", path);
        return undefined;
      }
      if (char !== "\\") continue;
      const escape = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
      escape.lastIndex = at;
      const [found] = escape.exec(text) ?? [];
      if (found === undefined) {
        stop("a backslash that means nothing in JSON: write two of them", path);
        return undefined;
      }
      at += found.length - 1;
    }
    at++;
    const value: unknown = JSON.parse(text.slice(start, at));
    return typeof value === "string" ? value : undefined;
  }

  function scanList(path: readonly (string | number)[]): boolean {
    at++;
    skipSpace();
    if (text[at] === "]") return ++at > 0;
    for (let index = 0;; index++) {
      if (!scanValue([...path, index])) return false;
      const next = scanSeparator("]", path);
      if (next !== "more") return next === "end";
    }
  }

  function scanObject(path: readonly (string | number)[]): boolean {
    at++;
    const keys = new Set<string>();
    skipSpace();
    if (text[at] === "}") return ++at > 0;
    while (true) {
      skipSpace();
      const start = at;
      if (text[at] !== '"') return stop("a key in double quotes is missing", path);
      const key = scanString(path);
      if (key === undefined) return false;
      if (keys.has(key)) {
        const what = "the key is there twice, and only one of them can count";
        faults.push({ what, offset: start, path: [...path, key], isDouble: true });
      }
      keys.add(key);
      skipSpace();
      if (text[at] !== ":") return stop("a colon is missing after a key", path);
      at++;
      if (!scanValue([...path, key])) return false;
      const next = scanSeparator("}", path);
      if (next !== "more") return next === "end";
    }
  }

  /** What comes after a value of a list or object. */
  function scanSeparator(
    close: "]" | "}",
    path: readonly (string | number)[],
  ): "more" | "end" | "fault" {
    skipSpace();
    if (text[at] === close) {
      at++;
      return "end";
    }
    if (text[at] !== ",") {
      const what = at >= text.trimEnd().length
        ? `the text ends where "${close}" is missing`
        : `"," or "${close}" is missing`;
      stop(what, path);
      return "fault";
    }
    const comma = at++;
    skipSpace();
    if (text[at] === close) {
      stop(`a comma before "${close}", with nothing after it`, path, comma);
      return "fault";
    }
    return "more";
  }
}

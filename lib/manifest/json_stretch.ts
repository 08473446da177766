import { jsonPath } from "../spec/json_path.ts";
import { scanJson } from "../spec/json_scan.ts";
import type { InJson } from "./workload.ts";

/**
 * From where to where something stands in a text of JSON, as indexes into it: the value at a path or
 * the nearest that holds it, or its key. The text may break off, or be no JSON at all.
 */
export function stretchOf(text: string, inJson: InJson): readonly [start: number, end: number] {
  const { path, ofKey, offset } = "path" in inJson
    ? inJson
    : { path: inJson, ofKey: false, offset: undefined };
  if (offset !== undefined) return [offset, endOf(text, offset)];
  const { starts } = scanJson(text);
  for (let length = path.length; length >= 0; length--) {
    const start = starts.get(jsonPath(path.slice(0, length)));
    if (start === undefined) continue;
    const key = ofKey && length === path.length ? keyBefore(text, start) : undefined;
    return key ?? [start, endOf(text, start)];
  }
  return [0, text.trimEnd().length];
}

/** The key of the value that begins at `start`. */
function keyBefore(text: string, start: number): readonly [number, number] | undefined {
  const found = /"(?:[^"\\]|\\.)*"(?=\s*:\s*$)/.exec(text.slice(0, start));
  return found === null ? undefined : [found.index, found.index + found[0].length];
}

/** Where what begins at `start` ends: a string, a word, or all up to the bracket that closes it. */
function endOf(text: string, start: number): number {
  const tokens = /"(?:[^"\\]|\\.)*"?|[[{]|[\]}]|[^\s"[\]{},:]+|[^]/g;
  tokens.lastIndex = start;
  let depth = 0;
  for (let found; (found = tokens.exec(text)) !== null;) {
    const [token] = found;
    if (token === "[" || token === "{") depth++;
    else if (token === "]" || token === "}") depth--;
    if (depth <= 0) return tokens.lastIndex;
  }
  return text.trimEnd().length;
}

import { type JsonFault, scanJson } from "./json_scan.ts";

/** A place in a text, both counted from 1. */
export interface Place {
  readonly line: number;
  /** In characters. */
  readonly column: number;
}

/**
 * Reads JSON and is strict about it: a key that is there twice is a fault, since nobody can tell which
 * of the two was meant. The places are looked for only in a text that has one.
 */
export function readJson(
  text: string,
): { readonly value: unknown; readonly faults: readonly JsonFault[] } {
  const parsed = parse(text.trim());
  if (parsed !== undefined && countKeys(parsed.value) === countKeysIn(text)) {
    return { value: parsed.value, faults: [] };
  }
  const { faults } = scanJson(text);
  if (parsed !== undefined || faults.length > 0) return { value: parsed?.value, faults };
  return {
    value: undefined,
    faults: [{ what: "it cannot be read", offset: 0, path: [], isDouble: false }],
  };
}

function parse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    // V8's own message quotes the text, which may hold secrets, and often has no place.
    return undefined;
  }
}

function countKeys(value: unknown): number {
  let count = 0;
  const left = [value];
  for (let next; (next = left.pop()) !== undefined;) {
    if (typeof next !== "object" || next === null) continue;
    const inside: readonly unknown[] = Object.values(next);
    if (!Array.isArray(next)) count += inside.length;
    for (const each of inside) left.push(each);
  }
  return count;
}

/** Of valid JSON: a string before a colon is a key. */
function countKeysIn(text: string): number {
  let count = 0;
  for (const [, colon] of text.matchAll(/"[^"\\]*(?:\\[^][^"\\]*)*"\s*(:?)/g)) {
    if (colon === ":") count++;
  }
  return count;
}

/** The place of an index into a text. */
export function placeOf(text: string, offset: number): Place {
  const lines = text.slice(0, offset).split(/\r\n|\n|\r/);
  return { line: lines.length, column: [...lines.at(-1) ?? ""].length + 1 };
}

import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
} from "yaml";
import type { YamlDocument } from "./documents.ts";
import { stretchOf } from "./json_stretch.ts";
import { stretchesOf } from "./scalar_offsets.ts";
import type { InJson, Path, Range } from "./workload.ts";

/**
 * Where the value at a path stands, or the nearest that holds it. What an alias or a merge key brings
 * in stands where it was written.
 */
export function placeOf(yaml: YamlDocument, path: Path, inJson?: InJson): Range {
  const { document, rangeOf, file } = yaml;
  const found = nearest(document, path);
  const node = inJson === undefined ? found : resolved(document, found);
  const [start, end] = node?.range ?? document.range ?? [0, 0];
  if (inJson === undefined || !isScalar(node) || typeof node.value !== "string") {
    return rangeOf(start, withoutBlanks(file.text, start, end));
  }
  const stretches = stretchesOf(node, node.value, file.text);
  const [from, to] = stretchOf(node.value, inJson);
  const [first] = stretches[from] ?? [start];
  const [, last] = stretches[Math.max(from, to - 1)] ?? [first, first + 1];
  return rangeOf(first, last);
}

/** A block's range reaches to the begin of what follows. */
function withoutBlanks(text: string, start: number, end: number): number {
  return start + text.slice(start, end).trimEnd().length;
}

/**
 * The lines on which each value on the way to a path begins; its key where it has one, since a list
 * begins where its first item does.
 *
 * @param from how many keys lead to the outermost value
 */
export function linesAround(yaml: YamlDocument, from: number, path: Path): ReadonlySet<number> {
  const { document, rangeOf } = yaml;
  return new Set(
    wayTo(document, path).slice(from).flatMap(({ key, node }) => {
      const [start] = (key ?? node)?.range ?? [];
      return start === undefined ? [] : [rangeOf(start, start).start.line];
    }),
  );
}

function nearest(document: Document, path: Path): Node | undefined {
  const { key, node } = wayTo(document, path).at(-1) ?? {};
  // A key without a value: the key is nearer than what holds it.
  return isEmpty(node) && key !== undefined ? key : node;
}

/** A value on the way to another, and its key in a map. */
interface Step {
  readonly key: Node | undefined;
  readonly node: Node | undefined;
}

/** The values on the way to a path, from the whole document on, as far as they are there. */
function wayTo(document: Document, path: Path): readonly Step[] {
  let node = nodeOf(document.contents);
  const steps: Step[] = [{ key: undefined, node }];
  for (const name of path) {
    const inner = child(document, resolved(document, node), name);
    const key = nodeOf(inner?.key);
    node = nodeOf(inner?.value);
    if (node === undefined && key === undefined) break;
    steps.push({ key, node });
  }
  return steps;
}

function isEmpty(node: Node | undefined): boolean {
  return node === undefined || isScalar(node) && node.value === null && node.source === "";
}

function nodeOf(value: unknown): Node | undefined {
  return isNode(value) ? value : undefined;
}

function resolved(document: Document, node: Node | undefined): Node | undefined {
  return isAlias(node) ? node.resolve(document) : node;
}

/** The child of a list or map by its key; of a map itself first, then of what it merges. */
function child(
  document: Document,
  node: Node | undefined,
  key: string | number,
): { readonly key: unknown; readonly value: unknown } | undefined {
  if (isSeq(node)) {
    return typeof key === "number" ? { key: undefined, value: node.items[key] } : undefined;
  }
  if (!isMap(node)) return undefined;
  const pairs = node.items.filter((pair): pair is Pair => isPair(pair));
  // Of two equal keys the last one counts.
  const own = pairs.findLast((pair) => keyOf(pair) === String(key));
  if (own !== undefined) return own;
  for (const pair of pairs.filter((each) => keyOf(each) === "<<")) {
    const merged = resolved(document, nodeOf(pair.value));
    const maps: readonly unknown[] = isSeq(merged) ? merged.items : [merged];
    for (const map of maps) {
      const found = child(document, resolved(document, nodeOf(map)), key);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function keyOf({ key }: Pair): string {
  // The value of a merge key is no text.
  return isScalar(key) ? key.source ?? String(key.value) : String(key);
}

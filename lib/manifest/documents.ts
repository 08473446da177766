import {
  type Alias,
  type Document,
  LineCounter,
  parseAllDocuments,
  type ScalarTag,
  visit,
} from "yaml";
import { type Fault, faultAt } from "./fault.ts";
import type { SourceFile } from "./source_file.ts";
import type { Range } from "./workload.ts";

/** One document of a file, and what it says. */
export interface YamlDocument {
  readonly file: SourceFile;
  readonly document: Document;
  readonly value: unknown;
  /** Turns indexes into the file's text into places. */
  readonly rangeOf: (start: number, end: number) => Range;
}

/** YAML 1.1's words for true and false, which kubectl reads as such. */
const OLD_BOOLEAN: ScalarTag = {
  tag: "tag:yaml.org,2002:bool",
  default: true,
  test: /^(?:y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF)$/,
  resolve: (text) => /^(?:y|on$)/i.test(text),
};

/** What stands in a template that nobody has rendered. */
const TEMPLATE = /\{\{.*\}\}/;

/** What to do about a text that is a template; undefined if it is none. */
export function templateHint(text: string): string | undefined {
  return TEMPLATE.test(text)
    ? "a Helm template is checked once it is rendered: helm template CHART | koordinator check -"
    : undefined;
}

/**
 * Reads all documents of a file, as kubectl does: with merge keys and YAML 1.1's `yes` and `no`. A
 * document that is no YAML is left out, and a fault.
 */
export function readDocuments(
  file: SourceFile,
): { readonly documents: readonly YamlDocument[]; readonly faults: readonly Fault[] } {
  const lines = new LineCounter();
  const parsed = parseAllDocuments(file.text, {
    merge: true,
    customTags: (tags) => [OLD_BOOLEAN, ...tags],
    lineCounter: lines,
    logLevel: "silent",
    prettyErrors: false,
  });
  const documents: YamlDocument[] = [];
  const faults: Fault[] = [];
  let end = 0;
  for (const document of parsed) {
    const contents = document.contents?.range;
    const name = templateOf(file.text.slice(end, contents?.[0] ?? document.range?.[2])) ??
      file.name;
    end = contents?.[2] ?? document.range?.[2] ?? end;
    const rangeOf = (from: number, to: number): Range => {
      const [start, stop] = [lines.linePos(from), lines.linePos(Math.max(from, to))];
      return {
        file: name,
        start: { line: Math.max(1, start.line), column: Math.max(1, start.col) },
        end: { line: Math.max(1, stop.line), column: Math.max(1, stop.col) },
      };
    };
    const whole = file.text.slice(document.range?.[0], document.range?.[2]);
    const hint = templateHint(whole);
    for (const { code, message, pos } of document.errors) {
      const kind = code === "DUPLICATE_KEY" ? "doubleKey" : "syntax";
      const what = kind === "doubleKey"
        ? "the key is there twice, and only one of them can count"
        : isTooDeep(message)
        ? "no YAML that anybody writes: it is nested too deeply"
        : `no YAML: ${message}`;
      faults.push(faultAt(kind, what, rangeOf(...pos), hint));
    }
    const lost = lostAliases(document);
    for (const { source, range } of lost) {
      const what = `no YAML: no anchor &${source} stands before *${source}`;
      faults.push(faultAt("syntax", what, rangeOf(range?.[0] ?? 0, range?.[1] ?? 0), hint));
    }
    if (lost.length > 0 || document.errors.some(({ code }) => code !== "DUPLICATE_KEY")) continue;
    try {
      const value: unknown = document.toJS();
      documents.push({ file, document, value, rangeOf });
    } catch (error) {
      // A merge of what is no map, more aliases than anybody writes.
      if (!(error instanceof Error)) throw error;
      const at = rangeOf(contents?.[0] ?? 0, contents?.[1] ?? 0);
      faults.push(faultAt("syntax", `no YAML: ${error.message}`, at, hint));
    }
  }
  return { documents, faults };
}

/** Whether the parser gave up since it calls itself for each level. */
function isTooDeep(message: string): boolean {
  return /stack (?:size|overflow)/i.test(message);
}

/** The aliases of what has no anchor before them. */
function lostAliases(document: Document): readonly Alias[] {
  const lost: Alias[] = [];
  visit(document, {
    Alias: (_key, alias) => {
      if (alias.resolve(document) === undefined) lost.push(alias);
    },
  });
  return lost;
}

/** The template that Helm made a document of: its last comment `# Source:` before the content. */
function templateOf(text: string): string | undefined {
  return [...text.matchAll(/^# Source: (.+?)\s*$/gm)].at(-1)?.[1];
}

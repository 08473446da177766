/** Whatever a file holds, it is read and judged, and what cannot be read is a fault: nothing crashes. */
import fc from "fast-check";
import { checkManifests } from "../../lib/check/check_manifests.ts";
import { sarifOutput } from "../../lib/check/sarif_output.ts";
import { textOutput } from "../../lib/check/text_output.ts";
import { readManifest } from "../../lib/manifest/manifest.ts";
import { times } from "../support/whole.ts";

const ROOT = new URL("../../", import.meta.url);
const folders = ["examples/", "tests/check/manifests/good/", "tests/check/manifests/bad/"];
const texts = folders.flatMap((folder) =>
  [...Deno.readDirSync(new URL(folder, ROOT))].filter(({ name }) => name.endsWith(".yaml"))
    .map(({ name }) => `${folder}${name}`)
).toSorted().map((path) => Deno.readTextFileSync(new URL(path, ROOT)));

/** Pieces of YAML and JSON that stand where something else is expected. */
const PIECES = [
  "",
  "null",
  "[]",
  "{}",
  "- ",
  ": ",
  "1",
  "-1",
  "true",
  "'",
  '"',
  "{",
  "]",
  "|\n",
  "&a ",
  "*a",
  "<<: ",
  "\t",
  "\n",
  "---\n",
  "😀",
  "\0",
  "{{ .Values.x }}",
  "99999999999999999999",
];

const mutation = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  kind: fc.constantFrom("word", "line", "value", "insert"),
  piece: fc.constantFrom(...PIECES),
});

/** Replaces a word, a line or the value of a key by a piece, or puts it in between. */
function mutate(
  text: string,
  { at, kind, piece }: typeof mutation extends fc.Arbitrary<infer T> ? T : never,
): string {
  const index = Math.floor(at * text.length);
  if (kind === "insert") return text.slice(0, index) + piece + text.slice(index);
  const pattern = { word: /[\w-]+/g, line: /[^\n]*\n/g, value: /(?<=: )[^\n]*/g }[kind];
  pattern.lastIndex = index;
  const found = pattern.exec(text);
  if (found === null) return text;
  return text.slice(0, found.index) + piece + text.slice(found.index + found[0].length);
}

Deno.test("whatever stands in a manifest, it is judged without a crash, and every finding has its place", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...texts),
      fc.array(mutation, { minLength: 1, maxLength: 4 }),
      (text, mutations) => {
        const name = "file.yaml";
        const mutated = mutations.reduce(mutate, text);
        const report = checkManifests([readManifest({ name, text: mutated })]);
        const lines = mutated.split("\n").length;
        for (const { range: { start, end }, message } of report.diagnostics) {
          const isThere = start.line >= 1 && start.column >= 1 && end.line <= lines &&
            (end.line > start.line || end.line === start.line && end.column >= start.column);
          if (!isThere) throw new Error(`${message}: ${JSON.stringify({ start, end, lines })}`);
        }
        textOutput(report, { colour: true });
        JSON.parse(sarifOutput(report, "1"));
      },
    ),
    { numRuns: times(300, 50) },
  );
});

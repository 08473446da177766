import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { isScalar, parseDocument, stringify } from "yaml";
import { readManifest } from "../../lib/manifest/manifest.ts";
import { stretchesOf } from "../../lib/manifest/scalar_offsets.ts";
import type { InJson, Path } from "../../lib/manifest/workload.ts";
import { times } from "../support/whole.ts";

/** A pod whose container `main` has this text for its spec. */
const withSpec = (scalar: string) =>
  `apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  containers:
    - name: main
      command: [/koordinator/koordinator, app]
      env:
        - name: KOORDINATOR_SPEC
          value: ${scalar}
`;

const SPEC: Path = ["spec", "containers", 0, "env", 0, "value"];
const PROXY = ["startDeps", 0];

/** A file, a path in its only pod, and the text that stands there in the file as `line:column text`. */
const PLACES: readonly (readonly [string, string, Path, InJson | undefined, string])[] = [
  ["a plain scalar", withSpec("'{}'"), ["spec", "containers", 0, "name"], undefined, "6:13 main"],
  [
    "a list",
    withSpec("'{}'"),
    ["spec", "containers", 0, "command"],
    undefined,
    "7:16 [/koordinator/koordinator, app]",
  ],
  [
    "what is not there, where it would be",
    withSpec("'{}'"),
    ["metadata", "labels", "a"],
    undefined,
    "3:11 {name: p}",
  ],
  [
    "a container",
    withSpec("{}").split("\n").slice(0, 6).join("\n") + "\n",
    ["spec", "containers", 0],
    undefined,
    "6:7 name: main",
  ],
  [
    "a key without a value",
    "kind: Pod\nspec:\n  volumes:\n  containers: [{name: a}]\n",
    ["spec", "volumes"],
    undefined,
    "3:3 volumes",
  ],
  ["JSON in single quotes", withSpec(`'{"startDeps":["proxy"]}'`), SPEC, PROXY, '10:33 "proxy"'],
  [
    "a single quote in single quotes",
    withSpec(`'{"a":"it''s","startDeps":["proxy"]}'`),
    SPEC,
    PROXY,
    '10:45 "proxy"',
  ],
  [
    "JSON in double quotes",
    withSpec(`"{\\"startDeps\\":[\\"proxy\\"]}"`),
    SPEC,
    PROXY,
    '10:35 \\"proxy\\"',
  ],
  [
    "JSON in double quotes on several lines",
    withSpec(`"{\\"startDeps\\":\n            [\\"proxy\\"]}"`),
    SPEC,
    PROXY,
    '11:14 \\"proxy\\"',
  ],
  [
    "a continued line",
    withSpec(`"{\\"startDeps\\":\\\n            [\\"pro\\\n            xy\\"]}"`),
    SPEC,
    PROXY,
    '11:14 \\"pro\\\n            xy\\"',
  ],
  [
    "escapes for letters",
    withSpec(`"{\\x22startDeps\\u0022:[\\U00000022proxy\\"]}"`),
    SPEC,
    PROXY,
    '10:41 \\U00000022proxy\\"',
  ],
  [
    "a literal block",
    withSpec(
      `|\n            {\n              "startDeps": [\n                "proxy"\n              ]\n            }`,
    ),
    SPEC,
    PROXY,
    '13:17 "proxy"',
  ],
  [
    "a literal block with an indentation and a comment",
    withSpec(`|1-  # the spec\n             {"startDeps":["proxy"]}`),
    SPEC,
    PROXY,
    '11:28 "proxy"',
  ],
  [
    "a folded block",
    withSpec(`>-\n            {"startDeps":\n              ["proxy"]\n\n            }`),
    SPEC,
    PROXY,
    '12:16 "proxy"',
  ],
  [
    "a plain scalar on two lines",
    `kind: Pod\nspec: {containers: [{name: a, command: [/k/koordinator, b], env: [{name: X, value: a\n  b}]}]}\n`,
    ["spec", "containers", 0, "env", 0, "value"],
    undefined,
    "2:84 a\n  b",
  ],
  ["a key", withSpec(`'{"startDep": ["proxy"]}'`), SPEC, {
    path: ["startDep"],
    ofKey: true,
    offset: undefined,
  }, '10:20 "startDep"'],
  [
    "an object in JSON",
    withSpec(`'{"readiness": {"tcp": [1, "]"]}, "x":1}'`),
    SPEC,
    ["readiness"],
    '10:33 {"tcp": [1, "]"]}',
  ],
  ["a number in JSON", withSpec(`'{"termTimeout": 30}'`), SPEC, ["termTimeout"], "10:35 30"],
  ["what JSON lacks", withSpec(`'{"startDeps":[{"until":"ready"}]}'`), SPEC, [
    "startDeps",
    0,
    "container",
  ], '10:33 {"until":"ready"}'],
  ["an index into broken JSON", withSpec(`'{"startDeps" ["proxy"]}'`), SPEC, {
    path: [],
    ofKey: false,
    offset: 13,
  }, '10:32 ["proxy"]'],
  [
    "Windows line ends",
    withSpec(`|\r\n            {"startDeps":\r\n             ["proxy"]}`).replaceAll(
      /(?<!\r)\n/g,
      "\r\n",
    ),
    SPEC,
    PROXY,
    '12:15 "proxy"',
  ],
  [
    "characters of two units",
    withSpec(`'{"a":"😀","startDeps":["proxy"]}'`),
    SPEC,
    PROXY,
    '10:42 "proxy"',
  ],
  [
    "an escaped character of two units",
    withSpec(`"{\\"a\\":\\"\\U0001F600\\",\\"startDeps\\":[\\"proxy\\"]}"`),
    SPEC,
    PROXY,
    '10:56 \\"proxy\\"',
  ],
  [
    "an alias",
    `kind: Pod\nmetadata: {annotations: {x: &spec '{"startDeps":["proxy"]}'}}\nspec:\n  containers:\n    - name: main\n      env:\n        - {name: KOORDINATOR_SPEC, value: *spec}\n`,
    SPEC,
    PROXY,
    '2:50 "proxy"',
  ],
  [
    "a merged map",
    `kind: PodTemplate\nx: &c\n  name: main\n  env: [{name: KOORDINATOR_SPEC, value: '{"startDeps":["proxy"]}'}]\ntemplate:\n  spec:\n    containers:\n      - <<: *c\n        image: a\n`,
    SPEC,
    PROXY,
    '4:56 "proxy"',
  ],
  [
    "a merged list of maps, the first of which counts",
    `kind: PodTemplate\nx: &c {name: one}\ny: &d {name: two, image: i}\ntemplate:\n  spec:\n    containers:\n      - <<: [*c, *d]\n`,
    ["spec", "containers", 0, "image"],
    undefined,
    "3:26 i",
  ],
];

/** What stands in a text between two places. */
function between(
  text: string,
  range: { start: { line: number; column: number }; end: { line: number; column: number } },
): string {
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  const at = ({ line, column }: { line: number; column: number }) =>
    (starts[line - 1] ?? NaN) + column - 1;
  return `${range.start.line}:${range.start.column} ${text.slice(at(range.start), at(range.end))}`;
}

for (const [name, text, path, inJson, expected] of PLACES) {
  Deno.test(`the place of ${name} is known`, () => {
    const { workloads: [workload], faults } = readManifest({ name: "f.yaml", text });
    assertEquals(faults, []);
    const range = workload?.locate(path, inJson);
    assertEquals(range && between(text, range), expected);
    assertEquals(range?.file, "f.yaml");
  });
}

Deno.test("every character of a scalar stands where it is said to, however it is written", () => {
  const types = ["PLAIN", "QUOTE_DOUBLE", "QUOTE_SINGLE", "BLOCK_LITERAL", "BLOCK_FOLDED"] as const;
  const words = fc.array(
    fc.constantFrom(
      "{",
      '"',
      "'",
      "\\",
      " ",
      "  ",
      "\n",
      "\n\n",
      "\t",
      "a",
      "😀",
      "é",
      ":",
      "#",
      "- ",
      "]",
    ),
    { maxLength: 40 },
  ).map((parts) => parts.join(""));
  fc.assert(
    fc.property(
      words,
      fc.constantFrom(...types),
      fc.integer({ min: 0, max: 60 }),
      (text, type, width) => {
        const source = stringify({ a: { b: text } }, {
          defaultStringType: type,
          lineWidth: width < 20 ? 0 : width,
        });
        const node = parseDocument(source).getIn(["a", "b"], true);
        if (!isScalar(node)) throw new Error("no scalar");
        fc.pre(node.value === text);
        const stretches = stretchesOf(node, text, source);
        assertEquals(stretches.length, text.length);
        for (const [index, char] of [...text.split("")].entries()) {
          if (/\s/.test(char)) continue;
          const found = source[stretches[index]?.[0] ?? -1];
          if (found !== char && found !== "\\") {
            throw new Error(
              `${JSON.stringify({ source, index, char, found })}`,
            );
          }
        }
        for (let index = 1; index < stretches.length; index++) {
          if ((stretches[index]?.[0] ?? 0) < (stretches[index - 1]?.[0] ?? 0)) {
            throw new Error(
              `${source}: order`,
            );
          }
        }
      },
    ),
    { numRuns: times(2_000, 500) },
  );
});

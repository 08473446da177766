import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import schema from "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json" with { type: "json" };
import type { Report } from "../../lib/check/check_manifests.ts";
import type { Diagnostic } from "../../lib/check/diagnostic.ts";
import { RULES } from "../../lib/check/finding.ts";
import { githubOutput } from "../../lib/check/github_output.ts";
import { jsonOutput } from "../../lib/check/json_output.ts";
import { sarifOutput } from "../../lib/check/sarif_output.ts";
import { snippetOf } from "../../lib/check/snippet.ts";
import { textOutput } from "../../lib/check/text_output.ts";
import { verdictOf } from "../../lib/check/verdict.ts";

const file = { name: "jobs/a b.yaml", text: 'kind: Job\n  value: \'{"startDeps":["prxy"]}\'\n' };

function diagnostic(change: Partial<Diagnostic> = {}): Diagnostic {
  return {
    rule: "unknown-container",
    severity: "error",
    message: 'main waits for "prxy", which is not in the pod',
    hint: 'did you mean "proxy"?',
    story: [],
    range: { file: file.name, start: { line: 2, column: 25 }, end: { line: 2, column: 31 } },
    file,
    workload: { kind: "Job", name: "j", namespace: "n" },
    ...change,
  };
}

function report(diagnostics: readonly Diagnostic[], change: Partial<Report> = {}): Report {
  return { diagnostics, files: 1, pods: 2, ignored: 0, unread: [], proofs: [], ...change };
}

const told = diagnostic({
  rule: "hang",
  story: ["the node starts main", "main waits for proxy\nfor ever"],
  hint: undefined,
});

Deno.test("a finding is told with its place, its line, a mark and what to do", () => {
  assertEquals(
    textOutput(report([diagnostic()]), { colour: false }),
    `jobs/a b.yaml:2:25: error: main waits for "prxy", which is not in the pod [unknown-container]
  2 |   value: '{"startDeps":["prxy"]}'
    |                         ^^^^^^
  hint: did you mean "proxy"?

1 error in 2 pods of 1 file
`,
  );
});

Deno.test("how a finding comes about is a numbered story, of which no line forges another", () => {
  assertEquals(
    textOutput(report([told, diagnostic({ severity: "note", hint: undefined })], { ignored: 2 }), {
      colour: false,
    }),
    `jobs/a b.yaml:2:25: error: main waits for "prxy", which is not in the pod [hang]
  2 |   value: '{"startDeps":["prxy"]}'
    |                         ^^^^^^
  how it comes about:
   1. the node starts main
   2. main waits for proxy\\u000afor ever

jobs/a b.yaml:2:25: note: main waits for "prxy", which is not in the pod [unknown-container]
  2 |   value: '{"startDeps":["prxy"]}'
    |                         ^^^^^^

1 error, 1 note in 2 pods of 1 file, 2 findings ignored by comments
`,
  );
});

Deno.test("nothing found is said, and of how many pods", () => {
  assertEquals(textOutput(report([]), { colour: false }), "nothing found in 2 pods of 1 file\n");
});

Deno.test("where there is no pod, nothing was checked", () => {
  assertEquals(
    textOutput(report([], { pods: 0, files: 2 }), { colour: false }),
    "nothing was checked: 0 pods of 2 files\n",
  );
});

Deno.test("what was not read is no pass", () => {
  assertEquals(
    textOutput(report([], { unread: [fault] }), { colour: false }),
    "nothing found in 2 pods of 1 file\nnot everything could be read\n",
  );
});

Deno.test("colours change nothing but the colours", () => {
  const all = report([told, diagnostic({ severity: "warning" })]);
  const coloured = textOutput(all, { colour: true });
  assertStringIncludes(coloured, "^^^^^^\x1b[0m");
  // deno-lint-ignore no-control-regex -- colours are control characters
  assertEquals(coloured.replaceAll(/\x1b\[[\d;]*m/g, ""), textOutput(all, { colour: false }));
});

/** A line, from where to where, and what is shown of it. */
const SNIPPETS: readonly (readonly [string, string, number, number, string, string])[] = [
  ["a short line", "a: b", 4, 5, "a: b", "   ^"],
  ["a stretch of no length", "a:", 3, 3, "a:", "  ^"],
  ["tabs", "\ta: b", 5, 6, " a: b", "    ^"],
  ["wide characters", "日本: b", 5, 6, "日本: b", "      ^"],
  ["a picture", "a: 😀b", 6, 7, "a: 😀b", "     ^"],
  ["what combines", "e\u0301: b", 5, 6, "e\u0301: b", "   ^"],
  ["control characters", "\x1b[1ma: b", 8, 9, "\\u001b[1ma: b", `${" ".repeat(12)}^`],
  [
    "a long line",
    `${"x".repeat(200)}Y${"z".repeat(200)}`,
    201,
    202,
    `…${"x".repeat(40)}Y${"z".repeat(59)}…`,
    `${" ".repeat(41)}^`,
  ],
  [
    "a long stretch",
    `a: ${"x".repeat(300)}`,
    4,
    304,
    `a: ${"x".repeat(97)}…`,
    `   ${"^".repeat(97)}`,
  ],
];

for (const [name, text, from, to, line, mark] of SNIPPETS) {
  Deno.test(`the mark below ${name} is where the place is`, () => {
    const range = { file: "f", start: { line: 1, column: from }, end: { line: 1, column: to } };
    assertEquals(snippetOf(diagnostic({ file: { name: "f", text }, range })), {
      number: "1",
      line,
      mark,
    });
  });
}

Deno.test("the mark of what goes on for lines ends with the first", () => {
  const range = { file: "f", start: { line: 1, column: 4 }, end: { line: 2, column: 4 } };
  const found = snippetOf(diagnostic({ file: { name: "f", text: "a: b c  \n  d\n" }, range }));
  assertEquals(found?.mark, "   ^^^");
});

Deno.test("an empty line and a line that is not there have no mark", () => {
  const at = (line: number) => ({
    file: "f",
    start: { line, column: 1 },
    end: { line, column: 1 },
  });
  const empty = { name: "f", text: "\n" };
  assertEquals(snippetOf(diagnostic({ file: empty, range: at(1) })), undefined);
  assertEquals(snippetOf(diagnostic({ file: empty, range: at(9) })), undefined);
});

Deno.test("GitHub is told of a finding in one line, in which nothing forges a command", () => {
  const text = "100%, a: b\n::error::c\x1b[2J\x9b";
  const range = { file: "a,b:c.yaml", start: { line: 2, column: 3 }, end: { line: 2, column: 5 } };
  assertEquals(
    githubOutput(report([
      diagnostic({ message: text, range, severity: "note" }),
      { ...told, range: { ...range, end: { line: 3, column: 1 } } },
    ])),
    "::notice file=a%2Cb%3Ac.yaml,line=2,endLine=2,col=3,endColumn=5,title=koordinator unknown-container" +
      '::100%25, a: b\\u000a::error::c\\u001b[2J\\u009b%0Adid you mean "proxy"?\n' +
      "::error file=a%2Cb%3Ac.yaml,line=2,endLine=3,title=koordinator hang" +
      '::main waits for "prxy", which is not in the pod%0A1. the node starts main%0A2. main waits for proxy\\u000afor ever\n',
  );
});

Deno.test("JSON has all that is known of a finding", () => {
  const { findings, ...rest } = JSON.parse(jsonOutput(report([
    diagnostic(),
    { ...told, range: { ...told.range, file: "chart/x.yaml" } },
  ])));
  assertEquals(rest, {
    version: 1,
    files: 1,
    pods: 2,
    ignored: 0,
    counts: { error: 2, warning: 0, note: 0 },
    proofs: [],
  });
  assertEquals(findings[0], {
    rule: "unknown-container",
    severity: "error",
    message: 'main waits for "prxy", which is not in the pod',
    hint: 'did you mean "proxy"?',
    file: "jobs/a b.yaml",
    start: { line: 2, column: 25 },
    end: { line: 2, column: 31 },
    workload: { kind: "Job", name: "j", namespace: "n" },
  });
  assertEquals(
    [findings[1].file, findings[1].read, findings[1].story.length],
    ["chart/x.yaml", "jobs/a b.yaml", 2],
  );
});

const fault = { kind: "syntax", message: "no YAML", hint: undefined, range: told.range } as const;

Deno.test("SARIF is what its published schema asks for", () => {
  const ajv = addFormats.default(new Ajv({ strict: false, allErrors: true, unicodeRegExp: false }));
  // It names draft 4, and uses nothing that has changed since but the place of its name.
  const { $schema: _draft, id: _name, ...rules } = schema;
  const validate = ajv.compile(rules);
  const reports = [
    report([]),
    report([diagnostic(), told, diagnostic({ workload: undefined, hint: undefined })], {
      unread: [fault],
    }),
    report((["error", "warning", "note"] as const).map((severity) => diagnostic({ severity }))),
  ];
  for (const each of reports) {
    const log: unknown = JSON.parse(sarifOutput(each, "0.1.0"));
    assert(validate(log), JSON.stringify(validate.errors, null, 2));
  }
  assertEquals(validate({ version: "2.1.0", runs: [{}] }), false);
});

Deno.test("SARIF names files by URIs and rules by their index", () => {
  const range = (name: string) => ({ ...told.range, file: name });
  const { runs: [run] } = JSON.parse(
    sarifOutput(report([diagnostic(), { ...told, range: range("/a b/c.yaml") }]), "0.1.0"),
  );
  const [first, second] = run.results;
  assertEquals(first.locations[0].physicalLocation.artifactLocation.uri, "jobs/a%20b.yaml");
  assertEquals(second.locations[0].physicalLocation.artifactLocation.uri, "file:///a%20b/c.yaml");
  assertEquals(run.tool.driver.rules[second.ruleIndex].id, "hang");
  assertEquals(second.codeFlows[0].threadFlows[0].locations.length, 2);
  assertEquals(first.locations[0].logicalLocations[0].fullyQualifiedName, "n/Job/j");
  assertEquals(run.tool.driver.rules.length, Object.keys(RULES).length);
});

/** Severities, and the exit codes without and with --strict. */
const VERDICTS: readonly (readonly [string, readonly Diagnostic["severity"][], number, number])[] =
  [
    ["nothing", [], 0, 0],
    ["a note", ["note"], 0, 0],
    ["a warning", ["warning", "note"], 0, 1],
    ["an error", ["error"], 1, 1],
  ];

for (const [name, severities, loose, strict] of VERDICTS) {
  Deno.test(`with ${name} the exit code is ${loose}, and ${strict} where it is strict`, () => {
    const all = report(severities.map((severity) => diagnostic({ severity })));
    assertEquals(verdictOf(all, { strict: false }), loose);
    assertEquals(verdictOf(all, { strict: true }), strict);
    assertEquals(verdictOf({ ...all, unread: [fault] }, { strict: false }), 2);
  });
}

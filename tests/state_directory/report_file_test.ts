import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  formatReportFile,
  parseReportFile,
  type ReportFile,
} from "../../lib/state_directory/report_file.ts";
import { report } from "../supervisor/reports.ts";

const relations = {
  startDeps: [{ container: "proxy", until: "ready" }],
  stopDeps: ["main"],
} as const;

const file: ReportFile = {
  container: "main",
  run: "4711",
  pod: "uid-1",
  sandbox: "boot/1",
  at: "2026-01-01T00:00:00.000Z",
  report: report({ phase: "ended", exitCode: 3 }, relations),
};

Deno.test("a report is read as it was written", () => {
  for (const phase of ["waiting", "running", "stopping"] as const) {
    const written = { ...file, report: report({ phase }, relations) };
    assertEquals(parseReportFile(formatReportFile(written), "main", "uid-1"), written);
  }
  assertEquals(parseReportFile(formatReportFile(file), "main", "uid-1"), file);
});

const hostile: readonly (readonly [string, string])[] = [
  ["a torn file", formatReportFile(file).slice(0, 40)],
  ["an empty file", ""],
  ["another version", formatReportFile(file).replace('"version":2', '"version":1')],
  ["an end without a code", formatReportFile(file).replace(',"exitCode":3', "")],
  ["a code that is none", formatReportFile(file).replace('"exitCode":3', '"exitCode":-1')],
  ["a code as text", formatReportFile(file).replace('"exitCode":3', '"exitCode":"0"')],
  ["an unknown phase", formatReportFile(file).replace('"ended"', '"finished"')],
  ["an unknown key", formatReportFile(file).replace('"run"', '"extra":1,"run"')],
  ["a running command with a code", formatReportFile(file).replace('"ended"', '"running"')],
  ["a list", "[]"],
];

for (const [what, text] of hostile) {
  Deno.test(`${what} is no report`, () => {
    assertEquals(parseReportFile(text, "main", "uid-1"), undefined);
  });
}

Deno.test("a report of another container or of another pod is no report", () => {
  assertEquals(parseReportFile(formatReportFile(file), "proxy", "uid-1"), undefined);
  assertEquals(parseReportFile(formatReportFile(file), "main", "uid-2"), undefined);
});

Deno.test("no text makes the reader fail", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
    parseReportFile(text, "main", undefined);
  }));
});

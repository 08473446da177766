import { visible } from "../spec/visible.ts";
import type { Report } from "./check_manifests.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { Severity } from "./finding.ts";
import { snippetOf } from "./snippet.ts";
import { countsOf } from "./verdict.ts";

/** SGR codes of the sixteen colours that each terminal's theme has, to be read on light and dark. */
const SGR = { error: "1;31", warning: "1;33", note: "1;36", good: "1;32", bold: "1", dim: "2" };

/** A report for people: each finding with its line, a mark below it, and what to do. */
export function textOutput(report: Report, options: { readonly colour: boolean }): string {
  const paint = (style: keyof typeof SGR, text: string) =>
    options.colour ? `\x1b[${SGR[style]}m${text}\x1b[0m` : text;
  const blocks = report.diagnostics.map((diagnostic) => block(diagnostic, paint));
  return [
    ...blocks.map((lines) => `${lines.join("\n")}\n`),
    `${summary(report, paint)}\n`,
  ].join("\n");
}

type Paint = (style: keyof typeof SGR, text: string) => string;

function block(diagnostic: Diagnostic, paint: Paint): readonly string[] {
  const { range: { file, start }, severity, message, rule, hint, story } = diagnostic;
  const place = `${visible(file)}:${start.line}:${start.column}`;
  const lines = [
    `${paint("bold", `${place}:`)} ${paint(severity, `${severity}:`)} ${visible(message)} ${
      paint("dim", `[${rule}]`)
    }`,
  ];
  const snippet = snippetOf(diagnostic);
  if (snippet !== undefined) {
    const { number, line, mark } = snippet;
    const gap = " ".repeat(number.length);
    lines.push(`  ${paint("dim", `${number} |`)} ${line}`);
    lines.push(`  ${paint("dim", `${gap} |`)} ${paint(severity, mark)}`);
  }
  if (story.length > 0) {
    lines.push("  how it comes about:");
    const digits = String(story.length).length;
    lines.push(
      ...story.map((each, at) => `  ${String(at + 1).padStart(digits + 1)}. ${visible(each)}`),
    );
  }
  if (hint !== undefined) lines.push(`  ${paint("bold", "hint:")} ${visible(hint)}`);
  return lines;
}

function summary(report: Report, paint: Paint): string {
  const { pods, files, ignored, proofs, unread } = report;
  const counts = countsOf(report);
  const found = (["error", "warning", "note"] as const).filter((each) => counts[each] > 0)
    .map((each) => paint(each, many(counts[each], each)));
  const where = `${many(pods, "pod")} of ${many(files, "file")}`;
  const rest = ignored === 0 ? "" : `, ${many(ignored, "finding")} ignored by comments`;
  const verdict = found.length > 0
    ? `${found.join(", ")} in ${where}`
    : pods > 0
    ? `${paint("good", "nothing found")} in ${where}`
    : `${paint("warning", "nothing was checked")}: ${where}`;
  return [
    ...proofs.flatMap(({ workload: { kind, name }, extent, assumed }) => [
      `${kind} ${visible(name)}: ${extent}`,
      ...assumed.length === 0 ? [] : [paint("dim", `  if ${assumed.map(visible).join("; ")}`)],
    ]),
    verdict + rest,
    ...unread.length === 0 ? [] : [paint("error", "not everything could be read")],
  ].join("\n");
}

function many(count: number, what: Severity | string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

import { visible } from "../spec/visible.ts";
import type { Report } from "./check_manifests.ts";
import type { Diagnostic } from "./diagnostic.ts";

const COMMANDS = { error: "error", warning: "warning", note: "notice" } as const;

/**
 * A report as annotations of GitHub Actions, one a line.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 */
export function githubOutput({ diagnostics }: Report): string {
  return diagnostics.map((diagnostic) => `${command(diagnostic)}\n`).join("");
}

function command({ severity, rule, message, hint, story, range }: Diagnostic): string {
  const { file, start, end } = range;
  const properties = {
    file,
    line: start.line,
    endLine: end.line,
    // GitHub takes columns for places on one line alone.
    ...start.line === end.line ? { col: start.column, endColumn: end.column } : {},
    title: `koordinator ${rule}`,
  };
  const text = [
    message,
    ...story.map((each, at) => `${at + 1}. ${each}`),
    ...hint === undefined ? [] : [hint],
  ].map(visible).join("\n");
  const named = Object.entries(properties).map(([key, value]) => `${key}=${property(value)}`);
  return `::${COMMANDS[severity]} ${named.join(",")}::${escaped(text)}`;
}

function property(value: string | number): string {
  return escaped(visible(String(value))).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

function escaped(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

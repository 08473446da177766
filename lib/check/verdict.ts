import type { Report } from "./check_manifests.ts";
import type { Severity } from "./finding.ts";

/** The exit codes of `koordinator check`. */
export const Verdict = {
  nothingFound: 0,
  findings: 1,
  /** Something could not be read, or holds no pod: that is not the same as nothing found. */
  notRead: 2,
} as const;

/** How many findings of each severity there are. */
export function countsOf({ diagnostics }: Report): Readonly<Record<Severity, number>> {
  const count = (severity: Severity) =>
    diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
  return { error: count("error"), warning: count("warning"), note: count("note") };
}

/** The exit code; warnings fail if the check is strict, notes never. */
export function verdictOf(report: Report, { strict }: { readonly strict: boolean }): number {
  if (report.unread.length > 0) return Verdict.notRead;
  const { error, warning } = countsOf(report);
  return error > 0 || strict && warning > 0 ? Verdict.findings : Verdict.nothingFound;
}

import type { Report } from "./check_manifests.ts";
import { countsOf } from "./verdict.ts";

/** A report as JSON; keys are added to it and none is taken away. */
export function jsonOutput(report: Report): string {
  const { diagnostics, files, pods, ignored, proofs } = report;
  return `${
    JSON.stringify(
      {
        version: 1,
        files,
        pods,
        ignored,
        counts: countsOf(report),
        findings: diagnostics.map((diagnostic) => ({
          rule: diagnostic.rule,
          severity: diagnostic.severity,
          message: diagnostic.message,
          hint: diagnostic.hint,
          story: diagnostic.story.length === 0 ? undefined : diagnostic.story,
          file: diagnostic.range.file,
          read: diagnostic.file.name === diagnostic.range.file ? undefined : diagnostic.file.name,
          start: diagnostic.range.start,
          end: diagnostic.range.end,
          workload: diagnostic.workload,
        })),
        proofs: proofs.map(({ workload, extent, complete, assumed }) => ({
          workload,
          extent,
          complete,
          assumed,
        })),
      },
      null,
      2,
    )
  }\n`;
}

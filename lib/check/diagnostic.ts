import type { SourceFile } from "../manifest/source_file.ts";
import type { Range, WorkloadKind } from "../manifest/workload.ts";
import type { RuleId, Severity } from "./finding.ts";

/** A finding as it is told: with the place in the file. */
export interface Diagnostic {
  readonly rule: RuleId;
  readonly severity: Severity;
  /** One sentence without a full stop. */
  readonly message: string;
  readonly hint: string | undefined;
  /** How it comes about, one event a line. */
  readonly story: readonly string[];
  readonly range: Range;
  /** What was read; `range.file` is another name where Helm has rendered a template. */
  readonly file: SourceFile;
  readonly workload: WorkloadName | undefined;
}

/** A diagnostic that is about what was read, and no pod. */
export function ofFile(
  found: Omit<Diagnostic, "story" | "workload">,
): Diagnostic {
  return { ...found, story: [], workload: undefined };
}

/** Whose pod a diagnostic is about. */
export interface WorkloadName {
  readonly kind: WorkloadKind;
  readonly name: string;
  readonly namespace: string | undefined;
}

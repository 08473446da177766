import * as v from "valibot";
import type { Report } from "../supervisor/report.ts";

/** No report is longer, in bytes. */
export const MAX_REPORT_BYTES = 1024;

/** A report as it stands in the state directory: one file per container, named by it. */
export interface ReportFile {
  readonly container: string;
  /** The pod's uid, where it is known: a folder of the node may outlive a pod. */
  readonly pod: string | undefined;
  /** The supervisor's pid in its own namespace, and when it started (field 22 of proc_pid_stat(5)). */
  readonly pid: number;
  readonly startTime: number;
  /** When this was written, RFC 3339. */
  readonly at: string;
  readonly report: Report;
}

function makeSchema() {
  const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
  const common = {
    version: v.literal(1),
    container: v.pipe(v.string(), v.regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/)),
    pod: v.optional(v.pipe(v.string(), v.maxLength(64))),
    pid: whole,
    startTime: whole,
    at: v.pipe(v.string(), v.isoTimestamp()),
  };
  return v.variant("phase", [
    v.strictObject({ ...common, phase: v.picklist(["waiting", "running", "stopping"]) }),
    v.strictObject({
      ...common,
      phase: v.literal("ended"),
      exitCode: v.pipe(whole, v.maxValue(255)),
    }),
  ]);
}

/** Made when a report is read: who only writes one does not wait for it. */
let schema: ReturnType<typeof makeSchema> | undefined;

/** Writes a report as {@linkcode parseReportFile} reads it. */
export function formatReportFile(file: ReportFile): string {
  const { container, pod, pid, startTime, at, report } = file;
  return `${JSON.stringify({ version: 1, container, pod, pid, startTime, at, ...report })}\n`;
}

/**
 * Reads a report as strictly as a spec: whatever is torn, foreign or of another pod is no report.
 *
 * @param name the container that the file is named by
 * @param pod this pod's uid, where it is known
 */
export function parseReportFile(
  text: string,
  name: string,
  pod: string | undefined,
): ReportFile | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = v.safeParse(schema ??= makeSchema(), value);
  if (!parsed.success || parsed.output.container !== name) return undefined;
  const { container, pod: of, pid, startTime, at, ...rest } = parsed.output;
  if (pod !== undefined && of !== undefined && pod !== of) return undefined;
  const report: Report = rest.phase === "ended"
    ? { phase: "ended", exitCode: rest.exitCode }
    : { phase: rest.phase };
  return { container, pod: of, pid, startTime, at, report };
}

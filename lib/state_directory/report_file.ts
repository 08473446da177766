import * as v from "valibot";
import { CONTAINER_NAME } from "../spec/container_name.ts";
import type { Report } from "../supervisor/report.ts";

/** No report is longer, in bytes. */
export const MAX_REPORT_BYTES = 16_384;

/** A report as it stands in the state directory: one file per container, named by it. */
export interface ReportFile {
  readonly container: string;
  /** Tells this run of the container from all others. */
  readonly run: string;
  /** The pod's uid, where it is known: a folder of the node may outlive a pod. */
  readonly pod: string | undefined;
  /** The pod's sandbox and the node's start, see pod_run.ts: the folder outlives both. */
  readonly sandbox: string;
  /** When this was written, RFC 3339. */
  readonly at: string;
  readonly report: Report;
}

function makeSchema() {
  const name = v.pipe(v.string(), v.regex(CONTAINER_NAME));
  const word = v.pipe(v.string(), v.maxLength(128));
  const common = {
    version: v.literal(2),
    container: name,
    run: word,
    pod: v.optional(word),
    sandbox: word,
    at: v.pipe(v.string(), v.isoTimestamp()),
    launched: v.boolean(),
    ready: v.boolean(),
    checked: v.boolean(),
    handedOver: v.boolean(),
    startDeps: v.array(v.strictObject({
      container: name,
      until: v.picklist(["started", "ready", "succeeded", "terminated"]),
    })),
    stopDeps: v.array(name),
  };
  return v.variant("phase", [
    v.strictObject({ ...common, phase: v.picklist(["waiting", "running", "stopping"]) }),
    v.strictObject({
      ...common,
      phase: v.literal("ended"),
      exitCode: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255)),
    }),
  ]);
}

/** Made when a report is read: who only writes one does not wait for it. */
let schema: ReturnType<typeof makeSchema> | undefined;

/** The name of a container's report. */
export function reportName(container: string): string {
  return `${container}.json`;
}

/** The container whose report has this name; undefined if it is none. */
export function reportedBy(name: string): string | undefined {
  const container = name.endsWith(".json") ? name.slice(0, -".json".length) : "";
  return CONTAINER_NAME.test(container) ? container : undefined;
}

/**
 * Writes a report as {@linkcode parseReportFile} reads it, its keys in the order in which the loader
 * does (tools/seal/told.c).
 */
export function formatReportFile(file: ReportFile): string {
  const { container, run, pod, sandbox, at, report } = file;
  const { phase, ...rest } = report;
  return `${JSON.stringify({ version: 2, container, run, pod, sandbox, at, phase, ...rest })}\n`;
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
  const { version: _, container, run, pod: of, sandbox, at, ...report } = parsed.output;
  if (pod !== undefined && of !== undefined && pod !== of) return undefined;
  return { container, run, pod: of, sandbox, at, report };
}

import type { Log, PhysicalLocation, ReportingDescriptor, Result } from "sarif";
import type { Report } from "./check_manifests.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { RULES } from "./finding.ts";

/** The schema of version 2.1.0 with its errata: https://docs.oasis-open.org/sarif/sarif/v2.1.0/ */
const SCHEMA =
  "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/** A report as SARIF, which code scanning services read. */
export function sarifOutput(report: Report, version: string): string {
  const log: Log = {
    $schema: SCHEMA,
    version: "2.1.0",
    runs: [{
      tool: {
        driver: {
          name: "koordinator",
          semanticVersion: version,
          rules: Object.entries(RULES).map(([id, { severity, finds }]): ReportingDescriptor => ({
            id,
            shortDescription: { text: finds },
            defaultConfiguration: { level: severity },
          })),
        },
      },
      columnKind: "utf16CodeUnits",
      invocations: [{
        executionSuccessful: report.unread.length === 0,
        toolExecutionNotifications: report.unread.map(({ message }) => ({
          level: "error",
          message: { text: message },
        })),
      }],
      results: report.diagnostics.map(result),
    }],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function result(diagnostic: Diagnostic): Result {
  const { rule, severity, message, hint, story, workload } = diagnostic;
  const text = [message, ...hint === undefined ? [] : [hint]].join("\n");
  const physicalLocation = placeOf(diagnostic);
  return {
    ruleId: rule,
    ruleIndex: Object.keys(RULES).indexOf(rule),
    level: severity,
    message: { text },
    locations: [{
      physicalLocation,
      ...workload === undefined ? {} : {
        logicalLocations: [{
          name: workload.name,
          fullyQualifiedName: [workload.namespace, workload.kind, workload.name]
            .filter((part) => part !== undefined).join("/"),
          kind: "object",
        }],
      },
    }],
    ...story.length === 0 ? {} : {
      codeFlows: [{
        threadFlows: [{
          locations: story.map((each) => ({
            location: { physicalLocation, message: { text: each } },
          })),
        }],
      }],
    },
  };
}

function placeOf({ range: { file, start, end } }: Diagnostic): PhysicalLocation {
  return {
    artifactLocation: { uri: uriOf(file) },
    region: {
      startLine: start.line,
      startColumn: start.column,
      endLine: end.line,
      endColumn: end.column,
    },
  };
}

/** A relative path as a relative reference, an absolute one as a file URL (RFC 3986). */
function uriOf(path: string): string {
  const escaped = path.replaceAll("\\", "/").split("/").map(encodeURIComponent).join("/");
  return path.startsWith("/") ? `file://${escaped}` : escaped;
}

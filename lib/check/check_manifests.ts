import type { Fault } from "../manifest/fault.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { joinRbac } from "../manifest/rbac.ts";
import type { Range, Workload } from "../manifest/workload.ts";
import { type Diagnostic, ofFile, type WorkloadName } from "./diagnostic.ts";
import type { Explored, IsFound } from "./explore_workload.ts";
import type { Finding, RuleId } from "./finding.ts";
import { applyIgnores, type Ignorable } from "./ignores.ts";
import { applyRules } from "./rules.ts";
import { surroundingsOf } from "./surroundings.ts";

/** What was found in some files. */
export interface Report {
  /** By file, in the order of the text. */
  readonly diagnostics: readonly Diagnostic[];
  readonly files: number;
  readonly pods: number;
  /** How many findings comments have ignored. */
  readonly ignored: number;
  /** What could not be read at all: what is said of the rest is not all that there is to say. */
  readonly unread: readonly Fault[];
  /** How far the orders of events of each pod were gone through. */
  readonly proofs: readonly Proof[];
}

/** What an exploration has come to. */
export interface Proof extends Omit<Explored, "findings"> {
  readonly workload: WorkloadName;
}

/** Goes through the orders of events of a pod; undefined if nothing can be said of it. */
export type Explore = (workload: Workload, isFound: IsFound) => Explored | undefined;

/** The rules that only an exploration can judge. */
const EXPLORED: ReadonlySet<string> = new Set<RuleId>([
  "hang",
  "starts-early",
  "never-started",
  "killed",
  "wrong-job-result",
  "slow-deletion",
]);

/**
 * Judges all workloads of some files, which are taken to be applied together.
 *
 * @param explore goes through what the rules have not found broken; without it the rules alone judge
 */
export function checkManifests(manifests: readonly Manifest[], explore?: Explore): Report {
  const surroundings = surroundingsOf(joinRbac(manifests.map(({ rbac }) => rbac)));
  const proofs: Proof[] = [];
  const judged = manifests.map((manifest) => {
    const byRules = [
      ...manifest.faults.map((fault) => ofFault(fault, manifest)),
      ...manifest.workloads.flatMap((workload) =>
        applyRules(workload, surroundings).map((finding) => ofFinding(finding, workload, manifest))
      ),
    ];
    const { left } = applyIgnores(manifest.file, byRules, () => false);
    const errors = left.filter(({ severity }) => severity === "error");
    // What is broken is not shown to be broken a second time, and who knows what was not read?
    const sound = errors.some(({ workload }) => workload === undefined)
      ? []
      : manifest.workloads.filter((each) =>
        !byRules.some(({ diagnostic, of }) => of === each && errors.includes(diagnostic))
      );
    const found = explore === undefined ? [] : sound.flatMap((workload) => {
      const explored = explore(workload, (rule, path) => {
        const { start } = workload.locate(path);
        return left.some(({ rule: other, range }) =>
          other === rule && order(range, { ...range, start }) === 0
        );
      });
      if (explored === undefined) return [];
      const { findings, ...rest } = explored;
      proofs.push({ workload: nameOf(workload), ...rest });
      return findings.map((finding) => ofFinding(finding, workload, manifest));
    });
    const all = explore !== undefined && sound.length === manifest.workloads.length;
    return applyIgnores(
      manifest.file,
      withStories(withoutDoubles([...byRules, ...found])),
      (rule) => all || !EXPLORED.has(rule),
    );
  });
  return {
    diagnostics: judged.flatMap(({ left }) => left.toSorted(byPlace)),
    files: manifests.length,
    pods: manifests.flatMap(({ workloads }) => workloads).length,
    ignored: judged.reduce((sum, { ignored }) => sum + ignored, 0),
    unread: manifests.flatMap(({ faults }) => faults.filter(({ kind }) => kind === "syntax")),
    proofs,
  };
}

/** A finding that may be ignored, and of which pod it is. */
interface Found extends Ignorable {
  readonly of: Workload | undefined;
}

function nameOf({ kind, name, namespace }: Workload): WorkloadName {
  return { kind, name, namespace };
}

function ofFault({ message, hint, range }: Fault, { file }: Manifest): Found {
  return {
    diagnostic: ofFile({ rule: "unreadable", severity: "error", message, hint, range, file }),
    lines: new Set([range.start.line]),
    of: undefined,
  };
}

function ofFinding(finding: Finding, workload: Workload, manifest: Manifest): Found {
  const { rule, severity, message, hint, path, inJson, story = [] } = finding;
  const { file, linesAround } = manifest;
  const range = workload.locate(path, inJson);
  return {
    diagnostic: {
      rule,
      severity,
      message,
      hint,
      story,
      range,
      file,
      workload: nameOf(workload),
    },
    lines: new Set([range.start.line, ...linesAround(workload, path)]),
    of: workload,
  };
}

/** Two pods that share their text by an alias have the same finding at one place. */
function withoutDoubles(found: readonly Ignorable[]): readonly Ignorable[] {
  const keyOf = ({ diagnostic: { rule, message, range } }: Ignorable) =>
    JSON.stringify([rule, message, range]);
  return [...new Map(found.map((each) => [keyOf(each), each])).values()];
}

/** What a rule has found and an exploration has come to as well is one finding, with its story. */
function withStories(found: readonly Ignorable[]): readonly Ignorable[] {
  const keyOf = ({ rule, range }: Diagnostic) => JSON.stringify([rule, range]);
  const untold = new Set(
    found.flatMap(({ diagnostic }) => diagnostic.story.length === 0 ? [keyOf(diagnostic)] : []),
  );
  const stories = new Map(
    found.flatMap(({ diagnostic }) =>
      diagnostic.story.length > 0 ? [[keyOf(diagnostic), diagnostic.story] as const] : []
    ),
  );
  return found.flatMap((each): readonly Ignorable[] => {
    const { diagnostic } = each;
    const key = keyOf(diagnostic);
    if (diagnostic.story.length > 0) return untold.has(key) ? [] : [each];
    return [{ ...each, diagnostic: { ...diagnostic, story: stories.get(key) ?? [] } }];
  });
}

function byPlace(a: Diagnostic, b: Diagnostic): number {
  return order(a.range, b.range);
}

function order({ start: a }: Range, { start: b }: Range): number {
  return a.line - b.line || a.column - b.column;
}

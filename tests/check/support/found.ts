import { checkManifests } from "../../../lib/check/check_manifests.ts";
import { type Explored, exploreWorkload } from "../../../lib/check/explore_workload.ts";
import { readManifest } from "../../../lib/manifest/manifest.ts";
import type { Assumptions } from "../../../lib/simulate/assumptions.ts";
import type { Workload } from "../../../lib/manifest/workload.ts";

/** As `koordinator check` does of which nothing is asked. */
export function exploreWithoutFlags(workload: Workload): Explored | undefined {
  return exploreWorkload(workload, { assumptions: new Map(), limit: undefined });
}

/** What is found, as a test looks at it. */
export interface Found {
  readonly rule: string;
  readonly severity: string;
  readonly message: string;
  /** `LINE:COLUMN`. */
  readonly place: string;
}

/**
 * All that is found in a file, in the order of its lines.
 *
 * @param assumptions what is said of commands; undefined: the rules alone judge
 */
export function found(
  name: string,
  text: string,
  { assumptions }: { readonly assumptions?: Assumptions | undefined } = {},
): readonly Found[] {
  const { diagnostics } = checkManifests(
    [readManifest({ name, text })],
    assumptions === undefined
      ? undefined
      : (workload) => exploreWorkload(workload, { assumptions, limit: undefined }),
  );
  return diagnostics.map(({ rule, severity, message, range: { start } }) => ({
    rule,
    severity,
    message,
    place: `${start.line}:${start.column}`,
  }));
}

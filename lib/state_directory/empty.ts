import type { Folder } from "./folder.ts";
import type { PodRun } from "./pod_run.ts";
import { reportedBy, reportName } from "./report_file.ts";
import { findReport, mayBeSuccess } from "./sibling.ts";

/** No more is taken away at once. */
const MOST = 10_000;

/**
 * Takes away what an earlier run of the pod has left in its state directory: all but the files of those
 * who live, which the kernel tells, and the successes of an earlier sandbox, since under OnFailure the
 * kubelet starts all containers but those anew. Folders that are not empty stay.
 */
export function empty(folder: Folder, run: PodRun): void {
  for (const name of folder.list(MOST)) {
    const container = reportedBy(name.replace(/\.status$/, ".json"));
    const kept = container === undefined
      ? folder.isHeld(name)
      : folder.isHeld(reportName(container)) || name === reportName(container) &&
          isFormerSuccess(folder, container, run);
    if (!kept) folder.remove(name);
  }
}

function isFormerSuccess(folder: Folder, container: string, run: PodRun): boolean {
  const found = findReport(folder, container, run);
  found?.open[Symbol.dispose]();
  return found !== undefined && mayBeSuccess(found.file.report) &&
    found.file.sandbox !== run.sandbox;
}

import { Folder } from "./folder.ts";
import type { PodRun } from "./pod_run.ts";
import type { ReportFile } from "./report_file.ts";
import { findReport } from "./sibling.ts";

/** What a container's supervisor, or its command after a hand-over, has told; undefined if none lives. */
export function readLiving(path: string, container: string, run: PodRun): ReportFile | undefined {
  try {
    using folder = Folder.open(path);
    const found = findReport(folder, container, run);
    found?.open[Symbol.dispose]();
    return found?.alive === true ? found.file : undefined;
  } catch {
    return undefined;
  }
}

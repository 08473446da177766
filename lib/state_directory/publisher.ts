import * as files from "../linux/file_calls.ts";
import { lock } from "../linux/lock_calls.ts";
import { CallError, FileErrno } from "../linux/system_calls.ts";
import { unforeseeable } from "../random.ts";
import type { Report } from "../supervisor/report.ts";
import { Folder } from "./folder.ts";
import type { PodRun } from "./pod_run.ts";
import { formatReportFile, reportName } from "./report_file.ts";

/**
 * The least number of the descriptor that a command inherits: shells have uses of their own for those
 * below, and most for those below 10.
 */
const INHERITED_FROM = 100;

/** Why nothing can be written. */
export interface Complaint {
  readonly why: string;
  /** Somebody else has taken the place of this container's report. */
  readonly taken: boolean;
}

/** Tells the siblings. */
export interface Publisher {
  /** Never throws: who cannot write is merely not seen. */
  readonly publish: (report: Report) => void;
  /**
   * Leaves the lock of the last report to the program that this process becomes, by one descriptor.
   *
   * @returns takes it back
   */
  readonly bequeath: () => () => void;
}

/**
 * Opens the state directory for writing. Whoever lives holds the lock of his last report: each is
 * locked before it has its name, and the one before is let go only then.
 *
 * @param complain is told once why nothing can be written
 */
export function openPublisher(
  path: string,
  container: string,
  { pod, sandbox }: PodRun,
  complain: (complaint: Complaint) => void,
): Publisher {
  const run = unforeseeable();
  const name = reportName(container);
  let folder: Folder | undefined;
  let held: files.Descriptor | undefined;
  let silent = false;
  return {
    publish: (report) => {
      const at = new Date().toISOString();
      const text = formatReportFile({ container, run, pod, sandbox, at, report });
      const bytes = new TextEncoder().encode(text);
      try {
        try {
          write(bytes);
        } catch (error) {
          // Somebody has cleared the folder in this moment.
          if (!(error instanceof CallError) || error.errno !== FileErrno.ENOENT) throw error;
          write(bytes);
        }
      } catch (error) {
        if (!silent) complain(explain(error));
        silent = true;
      }
    },
    bequeath: () => {
      if (held === undefined) return () => {};
      const left = files.duplicateForPrograms(held, INHERITED_FROM);
      return () => files.close(left);
    },
  };

  function write(bytes: Uint8Array<ArrayBuffer>): void {
    if (folder?.isGone() === true) {
      folder[Symbol.dispose]();
      folder = undefined;
    }
    folder ??= Folder.openOrMake(path);
    const next = folder.replace(name, (file) => {
      if (!lock(file)) throw new Error("the report cannot be locked");
      files.writeAll(file, bytes);
    });
    if (held !== undefined) files.close(held);
    held = next;
  }

  function explain(error: unknown): Complaint {
    const owner = error instanceof CallError && error.call === "renameat" &&
        (error.errno === FileErrno.EPERM || error.errno === FileErrno.EACCES)
      ? folder?.ownerOf(name)
      : undefined;
    if (owner !== undefined && owner !== Deno.uid()) {
      const why = `${path}/${name} belongs to user ${owner}: another container made it`;
      return { why, taken: true };
    }
    return { why: `${path}: ${error instanceof Error ? error.message : error}`, taken: false };
  }
}

import type { Report, Told } from "../supervisor/report.ts";
import { makeFolder } from "./folder.ts";
import {
  formatReportFile,
  MAX_REPORT_BYTES,
  parseReportFile,
  type ReportFile,
} from "./report_file.ts";

/** inotify does not cross every runtime's mounts, so the folder is also looked at once a second. */
const POLL_INTERVAL = 1_000;

/** Tells the siblings. Never throws: who cannot write is merely not seen. */
export type Publish = (report: Report) => void;

/**
 * Opens the state directory for writing.
 *
 * @param self this container's name
 * @param complain is told once why nothing can be written
 */
export function openPublisher(
  folder: string,
  self: string,
  pod: string | undefined,
  complain: (why: string) => void,
): Publish {
  const startTime = readStartTime();
  let silent = false;
  return (report) => {
    const aside = `${folder}/.${self}.${Deno.pid}.tmp`;
    const at = new Date().toISOString();
    const file: ReportFile = { container: self, pod, pid: Deno.pid, startTime, at, report };
    const write = () => {
      // createNew follows no link that somebody else may have laid there.
      Deno.writeTextFileSync(aside, formatReportFile(file), { createNew: true, mode: 0o644 });
      Deno.renameSync(aside, `${folder}/${self}.json`);
    };
    try {
      try {
        write();
      } catch (error) {
        // Only now, since looking first takes its time on the way to the command.
        if (error instanceof Deno.errors.NotFound) makeFolder(folder);
        else if (error instanceof Deno.errors.AlreadyExists) Deno.removeSync(aside);
        else throw error;
        write();
      }
    } catch (error) {
      removeIfThere(aside);
      if (!silent) complain(`${folder}: ${error instanceof Error ? error.message : error}`);
      silent = true;
    }
  };
}

function removeIfThere(file: string): void {
  try {
    Deno.removeSync(file);
  } catch {
    // It is not there, or the folder cannot be written: writing says so.
  }
}

/** Reads one container's report; undefined if there is none that can be believed. */
export function readReport(
  folder: string,
  name: string,
  pod: string | undefined,
): ReportFile | undefined {
  const path = `${folder}/${name}.json`;
  try {
    const { isFile, size } = Deno.lstatSync(path);
    // A link, a pipe or a giant is nothing that a supervisor wrote.
    if (!isFile || size > MAX_REPORT_BYTES) return undefined;
    return parseReportFile(Deno.readTextFileSync(path), name, pod);
  } catch {
    return undefined;
  }
}

/** Reads all reports of a state directory; none if there is no such folder. */
export function readReports(folder: string, pod: string | undefined): readonly ReportFile[] {
  try {
    return [...Deno.readDirSync(folder)].flatMap(({ name }) => {
      const container = /^([a-z0-9][-a-z0-9]*)\.json$/.exec(name)?.[1];
      const file = container === undefined ? undefined : readReport(folder, container, pod);
      return file === undefined ? [] : [file];
    });
  } catch {
    return [];
  }
}

/**
 * Follows the reports of some containers and tells each change, at once where the kernel notifies, at
 * the latest after a second. Stops when `signal` aborts.
 */
export function followReports(
  folder: string,
  names: readonly string[],
  pod: string | undefined,
  tell: (container: string, told: Told) => void,
  signal: AbortSignal,
): void {
  const known = new Map<string, string>();
  const look = () => {
    for (const name of names) {
      const file = readReport(folder, name, pod);
      if (file === undefined) continue;
      const text = formatReportFile(file);
      if (known.get(name) === text) continue;
      known.set(name, text);
      tell(name, { report: file.report, at: Date.parse(file.at) });
    }
  };
  look();
  const timer = setInterval(look, POLL_INTERVAL);
  signal.addEventListener("abort", () => clearInterval(timer), { once: true });
  watch(folder, look, signal);
}

async function watch(folder: string, look: () => void, signal: AbortSignal): Promise<void> {
  try {
    makeFolder(folder);
    const watcher = Deno.watchFs(folder, { recursive: false });
    signal.addEventListener("abort", () => watcher.close(), { once: true });
    if (signal.aborted) return watcher.close();
    // What came between the first look and the watch.
    look();
    for await (const _ of watcher) look();
  } catch {
    // No such folder, or no inotify left: once a second is what remains.
  }
}

function readStartTime(): number {
  try {
    const stat = Deno.readTextFileSync("/proc/self/stat");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]) || 0;
  } catch {
    return 0;
  }
}

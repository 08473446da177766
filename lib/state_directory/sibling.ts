import { isLocked } from "../linux/lock_calls.ts";
import type { Report, Told } from "../supervisor/report.ts";
import type { Event } from "../supervisor/events.ts";
import type { Folder, OpenFile } from "./folder.ts";
import type { PodRun } from "./pod_run.ts";
import { MAX_REPORT_BYTES, parseReportFile, type ReportFile, reportName } from "./report_file.ts";

/** What a sibling told, or the kernel of it. */
export type SiblingNews = Extract<Event, { kind: "siblingReported" | "siblingEnded" }>;

/**
 * How long a success that an earlier sandbox has left is looked at, in milliseconds. In the new one the
 * kubelet starts all containers, but under OnFailure those that have succeeded: a container that is to
 * run again has begun by then.
 */
const STALE_SUCCESS = 30_000;

/** How often a report is read again that was replaced while it was read. */
const ATTEMPTS = 8;

/** A report that is to be believed. */
export interface Found {
  readonly file: ReportFile;
  /** Whether its writer lives, or the command that its writer became. */
  readonly alive: boolean;
  /** Open, to be closed by the caller. */
  readonly open: OpenFile;
}

/**
 * Reads a container's report, and asks the kernel whether its writer lives.
 *
 * @returns undefined if there is none of this pod
 */
export function findReport(folder: Folder, container: string, { pod }: PodRun): Found | undefined {
  const name = reportName(container);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const open = folder.open(name, MAX_REPORT_BYTES);
    if (open === undefined) return undefined;
    let kept = false;
    try {
      const file = parseReportFile(open.read(), container, pod);
      if (file === undefined) return undefined;
      const alive = isLocked(open.descriptor);
      // Who replaces a report lets the old one go: only the one that has the name yet tells an end.
      kept = alive || folder.names(name, open);
      if (kept) return { file, alive, open };
    } finally {
      if (!kept) open[Symbol.dispose]();
    }
  }
  return undefined;
}

/**
 * Whether what an earlier sandbox has left may be a success: an end with 0, or a command that was handed
 * over to, of which nobody told how it ended.
 */
export function mayBeSuccess(report: Report): boolean {
  return report.phase === "ended" ? report.exitCode === 0 : report.handedOver;
}

/** What is known of one sibling. */
export class Sibling implements Disposable {
  /** Its last report. */
  private last: ReportFile | undefined;
  /** That report as a file, while its run was not known to have ended. */
  private alive: OpenFile | undefined;
  /** Since when a success of an earlier sandbox stands there. */
  private staleSince: number | undefined;
  /** The user who wrote what was believed first: a container's user never changes. */
  private owner: number | undefined;

  constructor(
    private readonly container: string,
    private readonly run: PodRun,
    private readonly tell: (news: SiblingNews) => void,
    /** Milliseconds of a clock that is never set. */
    private readonly now: () => number = () => performance.now(),
  ) {}

  /**
   * Looks at its report and tells what is new.
   *
   * @returns whether it lives
   */
  look(folder: Folder): boolean {
    const found = this.believable(folder);
    if (found === undefined) this.lookAtLast();
    else if (found.alive) this.seeAlive(found);
    else this.seeFree(found);
    return this.alive !== undefined;
  }

  [Symbol.dispose](): void {
    this.alive?.[Symbol.dispose]();
    this.alive = undefined;
  }

  private believable(folder: Folder): Found | undefined {
    const found = findReport(folder, this.container, this.run);
    if (found === undefined || this.owner === undefined) return found;
    if (found.open.status.owner === this.owner) return found;
    found.open[Symbol.dispose]();
    return undefined;
  }

  private seeAlive({ file, open }: Found): void {
    const before = this.last;
    if (before !== undefined && before.run !== file.run && this.alive !== undefined) this.end();
    // Each report is a file of its own, and as long as one is open no other has its identity.
    const isSame = this.alive?.status.identity === open.status.identity;
    this[Symbol.dispose]();
    this.alive = open;
    this.owner = open.status.owner;
    this.last = file;
    if (isSame) return;
    const { container, report, at } = file;
    this.tell({ kind: "siblingReported", container, report, at: Date.parse(at) });
  }

  /** Nobody holds what stands there: its run has ended, if it is of this run of the pod. */
  private seeFree({ file, open }: Found): void {
    const { owner } = open.status;
    open[Symbol.dispose]();
    const before = this.last;
    if (this.alive !== undefined && before?.run !== file.run) this.end();
    const known = before?.run === file.run;
    if (known ? this.alive === undefined : !this.isOfThisRun(file)) return;
    this.last = file;
    this.owner = owner;
    const { report, at } = file;
    const exitCode = report.phase === "ended" ? report.exitCode : undefined;
    this.end(exitCode, { report, at: Date.parse(at) });
  }

  /** Whether an end that nobody saw is none that the pod has left behind. */
  private isOfThisRun({ sandbox, report }: ReportFile): boolean {
    if (sandbox === this.run.sandbox) return true;
    if (!mayBeSuccess(report)) return false;
    this.staleSince ??= this.now();
    return this.now() - this.staleSince >= STALE_SUCCESS;
  }

  /** There is no report any more: somebody took it away, which does not end who wrote it. */
  private lookAtLast(): void {
    if (this.alive !== undefined && !isLocked(this.alive.descriptor)) this.end();
  }

  private end(exitCode?: number, last?: Told): void {
    this[Symbol.dispose]();
    this.tell({ kind: "siblingEnded", container: this.container, exitCode, last });
  }
}

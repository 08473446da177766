import { unlocked } from "../linux/lock_calls.ts";
import { type FolderChanges, watchFolder } from "../linux/inotify.ts";
import { Folder } from "./folder.ts";
import type { PodRun } from "./pod_run.ts";
import { MAX_REPORT_BYTES, reportedBy, reportName } from "./report_file.ts";
import { Sibling, type SiblingNews } from "./sibling.ts";

/** inotify does not cross every runtime's mounts, so the folder is also looked at once a second. */
const POLL_INTERVAL = 1_000;

/** A file is closed a moment before its lock is free: how often it is looked at meanwhile. */
const LOOKS_AFTER_CLOSE = 10;

/** A rest from whoever changes files all the time, in milliseconds; and the changes before it. */
const REST = 20;
const CHANGES_BEFORE_REST = 20;

/** Containers whose reports are followed beside those that matter; a pod has hardly more. */
const MOST_OTHERS = 64;

/** No more locks are waited for at once: each takes one of the 32 threads that the runtime has for all. */
const MOST_WAITING = 16;

/**
 * Follows the reports of this pod's containers and tells each change, at once where the kernel
 * notifies, at the latest after a second. Stops when `signal` aborts.
 *
 * @param names containers that matter; others are followed as they come
 * @param self this container, which is not followed
 */
export function followReports(
  path: string,
  names: readonly string[],
  self: string | undefined,
  run: PodRun,
  tell: (news: SiblingNews) => void,
  signal: AbortSignal,
): void {
  if (signal.aborted) return;
  const siblings = new Map(names.map((name) => [name, new Sibling(name, run, tell)]));
  let folder: Folder | undefined;
  let changes: FolderChanges | undefined;
  let changed = 0;
  const looking = new Map<string, number>();
  const waiting = new Set<string>();
  const follow = (name: string): Sibling | undefined => {
    const known = siblings.get(name);
    if (known !== undefined || name === self) return known;
    if (siblings.size >= names.length + MOST_OTHERS) return undefined;
    const sibling = new Sibling(name, run, tell);
    siblings.set(name, sibling);
    return sibling;
  };
  lookAtAll();
  const timer = setInterval(() => {
    changed = 0;
    lookAtAll();
  }, POLL_INTERVAL);
  signal.addEventListener("abort", () => {
    clearInterval(timer);
    for (const timer of looking.values()) clearTimeout(timer);
    changes?.close();
    for (const sibling of siblings.values()) sibling[Symbol.dispose]();
    folder?.[Symbol.dispose]();
  }, { once: true });

  function lookAtAll(): void {
    if (!open()) return;
    for (const file of folder?.list(MOST_OTHERS) ?? []) {
      const name = reportedBy(file);
      if (name !== undefined) follow(name);
    }
    for (const name of siblings.keys()) look(name);
  }

  /** Whether there is a folder to look at. */
  function open(): boolean {
    try {
      if (folder?.isGone() === true) {
        changes?.close();
        folder[Symbol.dispose]();
        folder = undefined;
      }
      if (folder !== undefined) return true;
      folder = Folder.openOrMake(path);
    } catch {
      return false;
    }
    try {
      changes = watchFolder(folder.descriptor);
      watch(changes).catch(() => changes = undefined);
    } catch {
      // No inotify is left: each report is waited for by its lock.
      changes = undefined;
    }
    return true;
  }

  async function watch(watched: FolderChanges): Promise<void> {
    for (let files; (files = await watched.next()) !== undefined && !signal.aborted;) {
      if (files.includes("")) lookAtAll();
      for (const file of files) {
        const name = reportedBy(file);
        if (name !== undefined) lookUntilFree(name, 0);
      }
      const ours = files.some((file) => names.includes(reportedBy(file) ?? ""));
      if (!ours || ++changed > CHANGES_BEFORE_REST) {
        await new Promise((resolve) => setTimeout(resolve, REST));
      }
    }
    watched.close();
    if (changes === watched) changes = undefined;
  }

  function look(name: string): boolean {
    if (folder === undefined || signal.aborted) return false;
    let alive: boolean;
    try {
      alive = follow(name)?.look(folder) === true;
    } catch {
      // What cannot be read now is read the next time.
      return false;
    }
    // Of others it is enough to look once in a while.
    if (alive && changes === undefined && names.includes(name)) waitForLock(name);
    return alive;
  }

  function lookUntilFree(name: string, looks: number): void {
    clearTimeout(looking.get(name));
    looking.delete(name);
    if (!look(name) || looks >= LOOKS_AFTER_CLOSE) return;
    looking.set(name, setTimeout(() => lookUntilFree(name, looks + 1), 2 ** looks));
  }

  /** The kernel wakes a thread that waits for the lock when its holder replaces the report, or ends. */
  async function waitForLock(name: string): Promise<void> {
    if (waiting.has(name) || waiting.size >= MOST_WAITING) return;
    using file = folder?.open(reportName(name), MAX_REPORT_BYTES);
    if (file === undefined) return;
    waiting.add(name);
    const waited = await unlocked(file.descriptor).catch(() => false);
    if (!waited) return;
    waiting.delete(name);
    look(name);
  }
}

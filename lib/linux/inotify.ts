import { decode } from "./arguments.ts";
import { close, type Descriptor } from "./file_calls.ts";
import { cString } from "./libc.ts";
import { callAside, must, systemCall } from "./system_calls.ts";

/** linux/inotify.h. */
const IN_CLOEXEC = 0o2000000;
const IN_CLOSE_WRITE = 0x8;
const IN_MOVED_TO = 0x80;

/** struct inotify_event, without the name behind it, in bytes; and the most that a name takes. */
const HEAD = 16;
const BUFFER = 4096;

/** What has changed in a folder. */
export interface FolderChanges {
  /**
   * Resolves with the names of files that were renamed to there, or whose last writer has closed them,
   * by its death too; an empty name says that something was missed. Waits in a thread of its own.
   * undefined: it is over.
   */
  readonly next: () => Promise<readonly string[] | undefined>;
  /** Ends the watch, and lets `next` resolve. */
  readonly close: () => void;
}

/**
 * Watches a folder that is open (inotify(7)). None of its files is opened.
 *
 * @throws {CallError} if the kernel has no watch left
 */
export function watchFolder(folder: Descriptor): FolderChanges {
  const queue = must("inotify_init1", IN_CLOEXEC);
  let watch: number;
  try {
    const path = cString(`/proc/self/fd/${folder}`);
    watch = must("inotify_add_watch", queue, path, IN_CLOSE_WRITE | IN_MOVED_TO);
  } catch (error) {
    close(queue);
    throw error;
  }
  let reading = false;
  let closed = false;
  const buffer = new Uint8Array(BUFFER);
  return {
    next: async () => {
      if (closed) return undefined;
      reading = true;
      const length = await callAside("read", queue, buffer, BUFFER);
      reading = false;
      if (closed) close(queue);
      return closed || length <= 0 ? undefined : namesIn(buffer.subarray(0, length));
    },
    close: () => {
      if (closed) return;
      closed = true;
      // It tells the thread that reads that it is over.
      if (reading) systemCall("inotify_rm_watch", queue, watch);
      else close(queue);
    },
  };
}

function namesIn(events: Uint8Array<ArrayBuffer>): readonly string[] {
  const view = new DataView(events.buffer, events.byteOffset);
  const names = new Set<string>();
  for (let at = 0; at + HEAD <= events.length;) {
    const length = view.getUint32(at + 12, true);
    const name = events.subarray(at + HEAD, at + HEAD + length);
    const end = name.indexOf(0);
    names.add(decode(end < 0 ? name : name.subarray(0, end)));
    at += HEAD + length;
  }
  return [...names];
}

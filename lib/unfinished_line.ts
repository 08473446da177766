import { type FileStatus, statusOf } from "./linux/file_calls.ts";

const STDERR_FILE = 2;
const STDERR = "/proc/self/fd/2";

/** What was written there cannot be looked at again. */
const PASSING: ReadonlySet<FileStatus["kind"]> = new Set(["pipe", "socket"]);

const NEWLINE = 0x0a;

/**
 * Whether stderr may end in the middle of a line that somebody else wrote. A file can be read; what went
 * into a pipe, a terminal or a socket nobody can look at again.
 */
export function mayBeUnfinished(path = STDERR): boolean {
  try {
    if (path === STDERR && PASSING.has(statusOf(STDERR_FILE).kind)) return true;
    const { isFile, isCharDevice, size } = Deno.statSync(path);
    if (!isFile) return !isCharDevice || Deno.stderr.isTerminal();
    if (size === 0) return false;
    using file = Deno.openSync(path);
    file.seekSync(size - 1, Deno.SeekMode.Start);
    const last = new Uint8Array(1);
    return file.readSync(last) !== 1 || last[0] !== NEWLINE;
  } catch {
    // It is closed, or may be written only.
    return true;
  }
}

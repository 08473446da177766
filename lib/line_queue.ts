/** What is kept of lines that did not fit yet, in bytes: as much as a pipe holds. */
const MOST = 65_536;

/** Lines on their way to a reader that may be slow, or gone. */
export interface LineQueue {
  /** Writes a line, or keeps it until there is room, or drops it; whether all is written now. */
  readonly push: (line: Uint8Array<ArrayBuffer>) => boolean;
  /** Writes what there is room for now; whether that was all. */
  readonly drain: () => boolean;
}

/**
 * Keeps lines in order without ever waiting. When more is to be kept than a pipe holds, lines are
 * dropped and counted, until all that was kept is written; then the gap is told where it is.
 *
 * @param write writes what fits, and gives how many bytes that were
 * @param gap the line that tells of lines that were dropped
 */
export function createLineQueue(
  write: (bytes: Uint8Array<ArrayBuffer>) => number,
  gap: (dropped: number) => Uint8Array<ArrayBuffer>,
): LineQueue {
  const kept: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  let dropped = 0;

  function drain(): boolean {
    while (true) {
      const [first] = kept;
      if (first === undefined) {
        if (dropped === 0) return true;
        keep(gap(dropped));
        dropped = 0;
        continue;
      }
      const written = write(first);
      size -= written;
      if (written < first.length) {
        kept[0] = first.subarray(written);
        // Of a long line a part may fit, and then another.
        if (written === 0) return false;
        continue;
      }
      kept.shift();
    }
  }

  function keep(line: Uint8Array<ArrayBuffer>): void {
    kept.push(line);
    size += line.length;
  }

  return {
    push: (line) => {
      if (drain()) {
        keep(line);
        return drain();
      }
      // What comes after a gap is not to come before it.
      if (dropped > 0 || size + line.length > MOST) dropped++;
      else keep(line);
      return false;
    },
    drain,
  };
}

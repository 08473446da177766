import { createLineQueue, type LineQueue } from "./line_queue.ts";
import { openStream } from "./linux/stream_calls.ts";
import { mayBeUnfinished } from "./unfinished_line.ts";

const STDERR = 2;

/** How soon what did not fit is tried again, in milliseconds. */
const AGAIN_AFTER = 100;

/** For how long the end of koordinator waits for a reader, in milliseconds, and how often it looks. */
const LAST_CHANCE = 250;
const LOOK_EVERY = 10;

/** koordinator's own lines on stderr, which is its command's as well. */
export interface Stderr {
  /** Writes a line; what does not fit is kept, or dropped and counted. Never waits, never throws. */
  readonly write: (line: string) => void;
  /** Somebody else has written, who has ended: the next line begins on a line of its own. */
  readonly breakLine: () => void;
  /** Resolves when all is written, or when nobody seems to read it any more. */
  readonly finish: () => Promise<void>;
}

/**
 * Opens stderr when the first line is written.
 *
 * @param gap the line that tells of lines that were dropped
 */
export function openStderr(gap: (dropped: number) => string): Stderr {
  const encoder = new TextEncoder();
  const bytesOf = (line: string) => encoder.encode(`${line}\n`);
  let queue: LineQueue | undefined;
  let timer: number | undefined;
  let broken = false;

  function drainLater(): void {
    if (timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      if (queue?.drain() === false) drainLater();
    }, AGAIN_AFTER);
    // Nobody lives on for a log that nobody reads.
    Deno.unrefTimer(timer);
  }

  return {
    write: (line) => {
      try {
        queue ??= createLineQueue(openStream(STDERR), (dropped) => bytesOf(gap(dropped)));
        const start = broken && mayBeUnfinished() ? "\n" : "";
        broken = false;
        if (!queue.push(bytesOf(start + line))) drainLater();
      } catch {
        // Not even a system call can be made: there is no log.
      }
    },
    breakLine: () => {
      broken = true;
    },
    finish: async () => {
      for (let waited = 0; waited < LAST_CHANCE; waited += LOOK_EVERY) {
        if (queue === undefined || queue.drain()) return;
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
      }
    },
  };
}

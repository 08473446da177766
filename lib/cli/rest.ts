import { dropProgram, giveBackMemory } from "../process/memory.ts";

/** When a supervisor is taken to have begun to wait, with all loaded that it needs for that. */
const AT_REST_AFTER_MS = 2000;

/** So much read, in bytes, leaves garbage that V8 is told of: it looks for none while nothing happens. */
const MUCH_READ = 1 << 20;

/** When a supervisor gives back what it needs no more. */
export interface Rest {
  /** The start is over in a while, counted from now on again. */
  later(): void;
  /** Something was read, so many bytes. */
  onBytes(count: number): void;
}

/**
 * Who waits may wait for long, beside many others: to him memory matters more than some milliseconds. So a
 * supervisor gives back what its start took once it has begun to wait, and what answers left whenever
 * much was read.
 *
 * @param prepare what is to be done before the start's memory is given back; its errors are of no consequence
 */
export function createRest(prepare: () => void): Rest {
  let start: number | undefined;
  let giant: number | undefined;
  let read = 0;
  const after = (then: () => void): number => {
    const timer = setTimeout(then, AT_REST_AFTER_MS);
    Deno.unrefTimer(timer);
    return timer;
  };
  const begin = () => {
    dropProgram();
    try {
      prepare();
    } catch {
      // It was for speed alone.
    }
    // What that leads to comes in the next turn.
    setTimeout(() => giveBackMemory("young"), 0);
  };
  const collect = () => {
    giant = undefined;
    giveBackMemory("all");
  };
  return {
    later() {
      clearTimeout(start);
      start = after(begin);
    },
    onBytes(count) {
      read += count;
      if (read < MUCH_READ) return;
      read = 0;
      giant ??= after(collect);
    },
  };
}

import { collectGarbage, dropProgram, giveBackMemory } from "../process/memory.ts";

/** When a supervisor is taken to have begun to wait, with all loaded that it needs for that. */
const AT_REST_AFTER_MS = 2000;

/** After how much of the time that it has been at rest it is asked whether there is garbage. */
const PART_OF_REST = 1 / 10;

/** The longest time between two such questions. */
const LONGEST_PAUSE_MS = 30_000;

/** So much garbage, in bytes, is worth the millisecond that it takes to find what is young of it. */
const MUCH_GARBAGE = 256 * 1024;

/**
 * So much, in bytes, is worth a search among old objects: it takes twenty milliseconds, and a megabyte of pages
 * that were shared until then.
 */
const MUCH_OLD_GARBAGE = 2 * 1024 * 1024;

/** So much read, in bytes, leaves garbage. */
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
 * supervisor gives back what its start took once it has begun to wait, what answers left whenever much was
 * read, and what looking around leaves: V8 by itself collects after a megabyte, and keeps as much.
 *
 * @param prepare what is to be done before the start's memory is given back; its errors are of no consequence
 */
export function createRest(prepare: () => void): Rest {
  let start: number | undefined;
  let giant: number | undefined;
  let nextLook: number | undefined;
  /** For how long, in milliseconds, by the next look. */
  let rested = 0;
  /** Since memory was given back. */
  let read = 0;
  /** What V8 has for its objects, with little old garbage among them, and with what was left last. */
  let least: number | undefined;
  let used = 0;
  const after = (then: () => void, pause = AT_REST_AFTER_MS): number => {
    const timer = setTimeout(then, pause);
    Deno.unrefTimer(timer);
    return timer;
  };
  const collect = () => {
    collectGarbage("young");
    collectGarbage("young");
    used = memoryOfObjects();
    const isMuch = least === undefined ? read >= MUCH_READ : used - least >= MUCH_OLD_GARBAGE;
    if (isMuch) {
      collectGarbage("all");
      used = memoryOfObjects();
    }
    least = isMuch || least === undefined ? used : Math.min(least, used);
    read = 0;
    giveBackMemory();
  };
  // One function, called as soon as there is rest: nothing is compiled for it later, which would make
  // pages that are shared by then private.
  const look = () => {
    if (memoryOfObjects() - used >= MUCH_GARBAGE) {
      collectGarbage("young");
      used = memoryOfObjects();
      if (least !== undefined && used - least >= MUCH_OLD_GARBAGE) collect();
    }
    const pause = Math.max(AT_REST_AFTER_MS, Math.min(LONGEST_PAUSE_MS, rested * PART_OF_REST));
    rested += pause;
    nextLook = after(look, pause);
  };
  const begin = () => {
    dropProgram();
    try {
      prepare();
    } catch {
      // It was for speed alone.
    }
    // What that leads to comes in the next turn.
    setTimeout(() => {
      collect();
      clearTimeout(nextLook);
      rested = 0;
      look();
    }, 0);
  };
  return {
    later() {
      clearTimeout(start);
      start = after(begin);
    },
    onBytes(count) {
      read += count;
      if (read < MUCH_READ) return;
      giant ??= after(() => {
        giant = undefined;
        collect();
      });
    },
  };
}

/** In bytes, those of array buffers too. */
function memoryOfObjects(): number {
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}

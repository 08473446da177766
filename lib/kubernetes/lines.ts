/**
 * The API server takes no object of more than 3 MiB (MaxRequestBodyBytes of its configuration), and
 * etcd none of more than 1.5: a longer line than this, with all that stands around an object in it, is
 * a broken stream and not a pod.
 */
export const MAX_LINE_BYTES = 4 * 1024 * 1024;

/** How much is read at once, in bytes: each watch keeps so much. */
const CHUNK = 16_384;

/** What a buffer has at first, and from when on its memory is given back, in bytes. */
const LITTLE = 4096;
const GIANT = 16_384;

/** After so long without a turn of the event loop it is given one, in milliseconds: signals wait there. */
const LONGEST_TURN = 20;

/** A watch has no empty lines: more than this in a row are a broken stream. */
const MOST_EMPTY_LINES = 1000;

const LINE_FEED = 10;

/**
 * The chunks of a body, each valid until the next one is asked for: they share one piece of memory, so
 * that a giant answer leaves no garbage. Between them the event loop gets its turns, however fast they
 * come. Whoever ends early cancels the body, and so does `signal`, which ends the chunks quietly.
 *
 * @param onBytes told of each chunk, how many bytes it has
 */
async function* chunksOf(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  signal: AbortSignal | undefined,
  onBytes: ((count: number) => void) | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = body.getReader({ mode: "byob" });
  const cancel = () => void reader.cancel().catch(() => {});
  if (signal?.aborted) cancel();
  signal?.addEventListener("abort", cancel);
  let memory = new ArrayBuffer(CHUNK);
  let turnBegan = performance.now();
  try {
    for (;;) {
      const { done, value } = await reader.read(new Uint8Array(memory, 0, CHUNK));
      if (done || signal?.aborted) return;
      onBytes?.(value.length);
      yield value;
      memory = value.buffer;
      if (performance.now() - turnBegan > LONGEST_TURN) {
        await new Promise((resolve) => setTimeout(resolve, 0));
        turnBegan = performance.now();
      }
    }
  } finally {
    signal?.removeEventListener("abort", cancel);
    cancel();
  }
}

/**
 * Bytes that grow up to a limit. What they outgrow is freed at once, and not when V8 next looks for
 * garbage, which a process at rest does not do.
 */
function createBuffer(maxBytes: number, what: string) {
  let memory = new ArrayBuffer(LITTLE);
  let size = 0;
  const empty = () => {
    size = 0;
    // A giant is not kept for the little ones that follow.
    if (memory.byteLength > GIANT) memory = memory.transfer(LITTLE);
  };
  return {
    get size() {
      return size;
    },
    /** @throws {RangeError} when there are more than `maxBytes`; the buffer is empty then */
    append(piece: Uint8Array): void {
      const needed = size + piece.length;
      if (needed > maxBytes) {
        empty();
        throw new RangeError(`${what} of more than ${maxBytes} bytes`);
      }
      if (needed > memory.byteLength) {
        memory = memory.transfer(Math.min(maxBytes, Math.max(needed, memory.byteLength * 2)));
      }
      new Uint8Array(memory).set(piece, size);
      size = needed;
    },
    /** All of it as text; the buffer is empty then. */
    take(): string {
      const text = new TextDecoder().decode(new Uint8Array(memory, 0, size));
      empty();
      return text;
    },
  };
}

/**
 * The whole of a body as text.
 *
 * @param body is cancelled when it is too long or `signal` aborts
 * @param onBytes told of every chunk, how many bytes it has
 * @throws {RangeError} when it is longer than {@linkcode MAX_LINE_BYTES}
 */
export async function readText(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  signal: AbortSignal,
  onBytes?: (count: number) => void,
): Promise<string> {
  const buffer = createBuffer(MAX_LINE_BYTES, "an answer");
  for await (const chunk of chunksOf(body, signal, onBytes)) buffer.append(chunk);
  signal.throwIfAborted();
  return buffer.take();
}

/**
 * Cuts a stream of bytes into lines of UTF-8. Cutting happens at the byte 0x0A, which is never part
 * of a longer character, so a character split between two chunks is safe. Empty lines are left out,
 * and so is an unfinished last line: a connection that broke in the middle of an object.
 *
 * @param body is cancelled when the caller stops early or `signal` aborts
 * @param options.onBytes told of every chunk, how many bytes it has: so a watchdog can be fed
 * @throws {RangeError} when a line is longer than `maxLineBytes`, or all are empty
 */
export async function* readLines(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  options: {
    readonly signal?: AbortSignal;
    readonly maxLineBytes?: number;
    readonly onBytes?: (count: number) => void;
  } = {},
): AsyncGenerator<string, void, undefined> {
  const { signal, maxLineBytes = MAX_LINE_BYTES, onBytes } = options;
  const buffer = createBuffer(maxLineBytes, "a line");
  let empty = 0;
  for await (const chunk of chunksOf(body, signal, onBytes)) {
    for (let from = 0; from < chunk.length;) {
      const end = chunk.indexOf(LINE_FEED, from);
      buffer.append(chunk.subarray(from, end < 0 ? chunk.length : end));
      if (end < 0) break;
      from = end + 1;
      const line = buffer.size === 0 ? "" : buffer.take();
      if (line.trim() !== "") {
        empty = 0;
        yield line;
      } else if (++empty > MOST_EMPTY_LINES) {
        throw new RangeError(`more than ${MOST_EMPTY_LINES} empty lines`);
      }
    }
  }
}

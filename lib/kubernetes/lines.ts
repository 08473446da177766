/** etcd refuses objects over 1.5 MiB; a longer line than this is a broken stream, not a pod. */
export const MAX_LINE_BYTES = 8 * 1024 * 1024;

/**
 * The whole of a body as text.
 *
 * @param body is cancelled when it is too long or `signal` aborts
 * @throws {RangeError} when it is longer than `maxBytes`
 */
export async function readText(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  signal: AbortSignal,
  maxBytes = MAX_LINE_BYTES,
): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  // Ending the loop early, by an exception too, cancels the body.
  for await (const chunk of body) {
    signal.throwIfAborted();
    size += chunk.length;
    if (size > maxBytes) throw new RangeError(`an answer of more than ${maxBytes} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/**
 * Cuts a stream of bytes into lines of UTF-8. Cutting happens at the byte 0x0A, which is never part
 * of a longer character, so a character split between two chunks is safe. Empty lines are left out,
 * and so is an unfinished last line: a connection that broke in the middle of an object.
 *
 * @param body is cancelled when the caller stops early or `signal` aborts
 * @param options.onBytes called for every chunk, so that a watchdog can be fed
 * @throws {RangeError} when a line is longer than `maxLineBytes`
 */
export async function* readLines(
  body: ReadableStream<Uint8Array>,
  options: {
    readonly signal?: AbortSignal;
    readonly maxLineBytes?: number;
    readonly onBytes?: () => void;
  } = {},
): AsyncGenerator<string, void, undefined> {
  const { signal, maxLineBytes = MAX_LINE_BYTES, onBytes } = options;
  const reader = body.getReader();
  const cancel = () => void reader.cancel().catch(() => {});
  if (signal?.aborted) cancel();
  signal?.addEventListener("abort", cancel);
  const decoder = new TextDecoder();
  let pieces: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done || signal?.aborted) return;
      onBytes?.();
      let from = 0;
      while (from < value.length) {
        const end = value.indexOf(10, from);
        const piece = value.subarray(from, end < 0 ? value.length : end);
        size += piece.length;
        if (size > maxLineBytes) {
          throw new RangeError(`a line of more than ${maxLineBytes} bytes`);
        }
        pieces.push(piece);
        if (end < 0) break;
        let line = "";
        for (const part of pieces) line += decoder.decode(part, { stream: true });
        line += decoder.decode();
        pieces = [];
        size = 0;
        from = end + 1;
        if (line.trim() !== "") yield line;
      }
    }
  } finally {
    signal?.removeEventListener("abort", cancel);
    cancel();
  }
}

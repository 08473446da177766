import type { HttpCall } from "../spec/spec.ts";
import { directClient } from "./direct.ts";

/** For how long a call that is refused is made again, in milliseconds. */
const REFUSED_FOR = 1_000;

/** The pause before a refused call is made again, in milliseconds. */
const PAUSE = 100;

/** How a call ended; `detail` says what was answered, or why nothing was. */
export interface CallResult {
  readonly ok: boolean;
  readonly detail: string;
}

/**
 * Makes an HTTP call to 127.0.0.1. Only 2xx is a success. A call that no one answers is tried again
 * for a second; an answer is final. Never throws.
 */
export async function call(request: HttpCall): Promise<CallResult> {
  const url = `http://127.0.0.1:${request.port}${request.path}`;
  const deadline = performance.now() + REFUSED_FOR;
  while (true) {
    const bounded = AbortSignal.timeout(request.timeout);
    try {
      const response = await fetch(url, {
        method: request.method,
        headers: { ...request.headers },
        client: directClient(),
        redirect: "manual",
        signal: bounded,
      });
      await response.body?.cancel();
      return { ok: response.ok, detail: `${request.method} ${url}: HTTP ${response.status}` };
    } catch (error) {
      if (bounded.aborted || performance.now() > deadline) {
        const why = bounded.aborted ? "no answer in time" : reason(error);
        return { ok: false, detail: `${request.method} ${url}: ${why}` };
      }
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

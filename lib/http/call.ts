import type { HttpCall } from "../spec/spec.ts";
import { createDirectClient } from "./direct_client.ts";
import { fetchLoopback, isUnconnected } from "./loopback.ts";

/** For how long a call that is refused is made again, in milliseconds. */
const REFUSED_FOR = 1_000;

/** The pause before a refused call is made again, in milliseconds. */
const PAUSE = 100;

/** How a call ended; `detail` says what was answered, or why nothing was. */
export interface CallResult {
  readonly ok: boolean;
  readonly detail: string;
}

/** The pause before a call that got no accepted answer is made again, in milliseconds. */
const RETRY_PAUSE = 500;

/** What some proxies mean by an answer that is no success. */
const REMEDIES = new Map([
  [
    403,
    "a Linkerd proxy answers so unless it is started with LINKERD2_PROXY_SHUTDOWN_ENDPOINT_ENABLED=true",
  ],
  [
    404,
    "check the path, and whether the proxy was told to offer it (cloud-sql-proxy: --quitquitquit)",
  ],
  [405, "the endpoint wants another method: Istio's agent wants POST"],
]);

/**
 * Makes an HTTP call to this pod (127.0.0.1, else ::1), and again as often as it allows. A call that is
 * refused is made again for a second besides. Never throws.
 */
export async function call(request: HttpCall): Promise<CallResult> {
  try {
    return await repeat(request);
  } catch (error) {
    const { method, port, path } = request;
    return { ok: false, detail: `${method} http://127.0.0.1:${port}${path}: ${reason(error)}` };
  }
}

async function repeat(request: HttpCall): Promise<CallResult> {
  let result = await callOnce(request);
  for (let retry = 0; !result.ok && retry < request.retries; retry++) {
    await pause(RETRY_PAUSE);
    result = await callOnce(request);
  }
  return result;
}

async function callOnce(request: HttpCall): Promise<CallResult> {
  const url = `http://127.0.0.1:${request.port}${request.path}`;
  using client = createDirectClient([]);
  const deadline = performance.now() + REFUSED_FOR;
  while (true) {
    const bounded = AbortSignal.timeout(request.timeout);
    try {
      const response = await fetchLoopback(request.port, request.path, {
        method: request.method,
        headers: { ...request.headers },
        client,
        redirect: "manual",
        signal: bounded,
      });
      await response.body?.cancel();
      const { status } = response;
      const ok = request.accept?.includes(status) ?? response.ok;
      const remedy = ok ? undefined : REMEDIES.get(status);
      const answer = `${request.method} ${url}: HTTP ${status}`;
      return { ok, detail: remedy === undefined ? answer : `${answer}; ${remedy}` };
    } catch (error) {
      // Whoever has taken the request may have done what it asks, though no answer came.
      if (bounded.aborted || !isUnconnected(error) || performance.now() > deadline) {
        const why = bounded.aborted ? "no answer in time" : reason(error);
        return { ok: false, detail: `${request.method} ${url}: ${why}` };
      }
    }
    await pause(PAUSE);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

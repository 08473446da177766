import { chance } from "../chance.ts";

/** How long to wait before trying again; each figure has the default of client-go's reflector. */
export interface BackoffOptions {
  /** The first delay in milliseconds. @default 800 */
  readonly initialMs?: number;
  /** The largest delay before jitter, in milliseconds. @default 30000 */
  readonly capMs?: number;
  /** Without a failure for this long, start again from the first delay. @default 120000 */
  readonly resetAfterMs?: number;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
  /** Milliseconds of a steady clock. */
  readonly now?: () => number;
}

/**
 * Delays that double up to a cap, each drawn from [d, 2d): a jitter of 1.0, so that the pods of a
 * whole cluster do not come back in step after the API server was away.
 *
 * @returns a function that gives the next delay in milliseconds
 */
export function createBackoff(options: BackoffOptions = {}): () => number {
  const {
    initialMs = 800,
    capMs = 30_000,
    resetAfterMs = 120_000,
    random = chance,
    now = () => performance.now(),
  } = options;
  let next = initialMs;
  let quietFrom = -Infinity;
  return () => {
    if (now() - quietFrom >= resetAfterMs) next = initialMs;
    const delay = Math.round(next * (1 + random()));
    next = Math.min(next * 2, capMs);
    // Time spent waiting is not time without a failure.
    quietFrom = now() + delay;
    return delay;
  };
}

/** How long to wait before trying again; each figure has the default of client-go's reflector. */
export interface BackoffOptions {
  /** The first delay in milliseconds. @default 800 */
  readonly initialMs?: number;
  /** The largest delay before jitter, in milliseconds. @default 30000 */
  readonly capMs?: number;
  /** Without a failure for this long, start again from the first delay. @default 120000 */
  readonly resetAfterMs?: number;
}

/** Where a row of delays stands. */
export interface Backoff extends Required<BackoffOptions> {
  /** The next delay, before its jitter. */
  readonly nextMs: number;
  /** When the last delay was over, by the same clock as `now`. */
  readonly quietFrom: number;
}

/** What a delay depends on but the delays before it. */
export interface Chance {
  /** Milliseconds of a steady clock. */
  readonly now: number;
  /** Uniform in [0, 1). */
  readonly random: number;
}

/** Begins a row of delays. */
export function createBackoff(options: BackoffOptions = {}): Backoff {
  const { initialMs = 800, capMs = 30_000, resetAfterMs = 120_000 } = options;
  return { initialMs, capMs, resetAfterMs, nextMs: initialMs, quietFrom: -Infinity };
}

/**
 * Delays that double up to a cap, each drawn from [d, 2d): a jitter of 1.0, so that the pods of a
 * whole cluster do not come back in step after the API server was away.
 *
 * @returns the next delay in milliseconds, and where the row stands after it
 */
export function drawDelay(
  backoff: Backoff,
  { now, random }: Chance,
): { readonly delayMs: number; readonly backoff: Backoff } {
  const { initialMs, capMs, resetAfterMs, quietFrom } = backoff;
  const base = now - quietFrom >= resetAfterMs ? initialMs : backoff.nextMs;
  const delayMs = Math.round(base * (1 + random));
  return {
    delayMs,
    // Time spent waiting is not time without a failure.
    backoff: { ...backoff, nextMs: Math.min(base * 2, capMs), quietFrom: now + delayMs },
  };
}

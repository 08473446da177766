/**
 * Exit codes that are koordinator's own, chosen not to collide with those of common programs: the
 * words of timeout(1), env(1) and sh(1).
 */
export const ExitCode = {
  /** A start dependency can never be met. */
  unmeetable: 121,
  /** The start timeout passed. */
  startTimeout: 124,
  /** koordinator's own failure, or a bad configuration. */
  failure: 125,
  /** The command was found but cannot be executed. */
  cannotExecute: 126,
  /** The command was not found. */
  notFound: 127,
  /** Terminated while waiting: 128 + SIGTERM. */
  terminatedWaiting: 143,
} as const;

/** An error that a user can act on: what was wrong, what to do, and the exit code that tells so. */
export class KoordinatorError extends Error {
  override readonly name = "KoordinatorError";
  readonly exitCode: number;
  /** What to do about it, one sentence. */
  readonly hint: string | undefined;

  constructor(
    message: string,
    options: { readonly exitCode?: number; readonly hint?: string; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.exitCode = options.exitCode ?? ExitCode.failure;
    this.hint = options.hint;
  }
}

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

/**
 * An error that a user can act on: what was wrong, what to do, and the exit code that tells so.
 *
 * The executable has this class more than once: what main.ts loads later is bundled as a whole of its
 * own (tools/compile/bundle.ts). So `instanceof` goes by the name.
 */
export class KoordinatorError extends Error {
  static readonly NAME = "KoordinatorError";
  override readonly name = KoordinatorError.NAME;
  readonly exitCode: number;
  /** What to do about it, one sentence. */
  readonly hint: string | undefined;

  static override [Symbol.hasInstance](value: unknown): value is KoordinatorError {
    return value instanceof Error && value.name === KoordinatorError.NAME;
  }

  constructor(
    message: string,
    options: { readonly exitCode?: number; readonly hint?: string; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.exitCode = options.exitCode ?? ExitCode.failure;
    this.hint = options.hint;
  }
}

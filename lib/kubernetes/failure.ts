import type { ApiStatus } from "./api_objects.ts";

/**
 * What to do about a failed request:
 * - `retry`: the same again after a backoff
 * - `cut`: the same, but the answer had begun: the connection was lost
 * - `relist`: the version known is too old, start from a new list
 * - `unauthorized`: read the token file again, then retry
 * - `forbidden`: tell which rule is missing and retry: it may be created any moment
 * - `broken`: what came makes no sense, start from a new list after a backoff
 * - `notFound`: the object or its namespace is not there
 */
export type FailureKind =
  | "retry"
  | "cut"
  | "relist"
  | "unauthorized"
  | "forbidden"
  | "broken"
  | "notFound";

/** No more is kept of a message, in characters: a server may send megabytes, the log shall not. */
const LONGEST_MESSAGE = 1000;

/** No more is kept of the server's own words in it, so that the remedy is not cut off. */
const LONGEST_WORDS = 600;

/** A request or a watch that failed, sorted. */
export class ApiFailure extends Error {
  override readonly name = "ApiFailure";
  readonly kind: FailureKind;
  /** The server asked not to be called for this long. */
  readonly retryAfterMs: number | undefined;

  constructor(
    kind: FailureKind,
    message: string,
    options: { readonly retryAfterMs?: number | undefined; readonly cause?: unknown } = {},
  ) {
    const kept = message.length > LONGEST_MESSAGE
      ? `${message.slice(0, LONGEST_MESSAGE)}...`
      : message;
    super(kept, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** The rule that a pod's service account needs. */
export function missingRule(verb: string, namespace: string): string {
  return `the Role of this pod's service account in namespace ${namespace} needs ` +
    `{apiGroups: [""], resources: ["pods"], verbs: ["list", "watch"]}, "${verb}" was refused`;
}

/** A server that asks for more than this is not waited for that long. */
const MAX_RETRY_AFTER_MS = 300_000;

/**
 * Sorts an answer that is not a success, or the Status of an ERROR event.
 *
 * @param code the HTTP status, or `code` of the Status
 * @param status the Status object, where the body was one
 * @param options.verb list, watch or get: named in the message
 * @param options.retryAfter the header of that name
 */
export function failureOfStatus(
  code: number,
  status: ApiStatus | undefined,
  options: {
    readonly verb: string;
    readonly namespace: string;
    readonly retryAfter?: string | null | undefined;
  },
): ApiFailure {
  const said = (status?.message ?? status?.reason ?? "no message").slice(0, LONGEST_WORDS);
  const seconds = Number(options.retryAfter || (status?.details?.retryAfterSeconds ?? NaN));
  const retryAfterMs = Number.isFinite(seconds) && seconds > 0
    ? Math.min(seconds * 1000, MAX_RETRY_AFTER_MS)
    : undefined;
  const message = `cannot ${options.verb} pods: ${code} ${said}`;
  if (
    code === 410 || status?.reason === "Expired" || status?.reason === "Gone" ||
    /too large resource version/i.test(said)
  ) return new ApiFailure("relist", message, { retryAfterMs });
  switch (code) {
    case 401:
      return new ApiFailure(
        "unauthorized",
        `${message}; the service account token was not accepted`,
        { retryAfterMs },
      );
    case 403:
      return new ApiFailure(
        "forbidden",
        `${said}; ${missingRule(options.verb, options.namespace)}`,
        { retryAfterMs },
      );
    case 404:
      return new ApiFailure("notFound", message, { retryAfterMs });
    default:
      // 429 and 5xx pass; anything else would be said again to the same question.
      return new ApiFailure(code === 429 || code >= 500 ? "retry" : "broken", message, {
        retryAfterMs,
      });
  }
}

/** Sorts whatever was thrown: a refused connection, a failed TLS handshake, a broken stream. */
export function failureOfException(error: unknown): ApiFailure {
  if (error instanceof ApiFailure) return error;
  if (!(error instanceof Error)) return new ApiFailure("retry", String(error));
  if (error instanceof SyntaxError || error instanceof RangeError) {
    return new ApiFailure("broken", `the API server's answer is broken: ${error.message}`, {
      cause: error,
    });
  }
  const reasons: string[] = [];
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (!reasons.some((reason) => reason.includes(at instanceof Error ? at.message : ""))) {
      reasons.push(at.message);
    }
  }
  const said = reasons.join(": ");
  const hint = /peer certificate/i.test(said) && !said.includes("ca.crt")
    ? "; is ca.crt of the service account the API server's?"
    : "";
  return new ApiFailure("retry", `no answer from the API server: ${said}${hint}`, {
    cause: error,
  });
}

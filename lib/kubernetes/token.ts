import * as v from "valibot";

/** client-go's NewCachedFileTokenSource: a period of 60 s less a leeway of 10 s. */
const REREAD_AFTER_MS = 50_000;

/** Gives the bearer token of the moment. */
export interface TokenSource {
  /** The token; throws only if none could ever be read. */
  read(): string;
  /** Forgets how fresh the token is, after a 401: the next `read` looks at the file again. */
  expire(): void;
}

/**
 * A token kept for 50 s. A file that is empty or unreadable for a moment (the kubelet swaps a
 * symbolic link) leaves the old token in use.
 *
 * @param readFile reads the token file
 * @param now milliseconds of any steady clock
 */
export function createTokenSource(
  readFile: () => string,
  now: () => number = () => performance.now(),
): TokenSource {
  let token: string | undefined;
  let readAt = -Infinity;
  return {
    read() {
      if (token !== undefined && now() - readAt < REREAD_AFTER_MS) return token;
      let fresh = "";
      try {
        fresh = readFile().trim();
      } catch (error) {
        if (token === undefined) throw error;
      }
      if (fresh === "") {
        if (token === undefined) throw new Error("the service account token file is empty");
        return token;
      }
      token = fresh;
      readAt = now();
      return token;
    },
    expire() {
      readAt = -Infinity;
    },
  };
}

/** What a bound token (KEP-1205) says of the pod that it was made for. */
export interface TokenClaims {
  /** The pod's name. */
  readonly name?: string | undefined;
  /** The pod's uid. */
  readonly uid?: string | undefined;
  /** The namespace. */
  readonly namespace?: string | undefined;
}

const payloadSchema = v.object({
  "kubernetes.io": v.object({
    namespace: v.optional(v.string()),
    pod: v.optional(v.object({ name: v.optional(v.string()), uid: v.optional(v.string()) })),
  }),
});

/**
 * Reads a token's claims without checking its signature (that is the API server's business).
 * `undefined` for a token that says nothing of a pod's cluster: a legacy secret token, or no JWT.
 */
export function tokenClaims(token: string): TokenClaims | undefined {
  const payload = token.trim().split(".")[1];
  if (payload === undefined) return undefined;
  let json: unknown;
  try {
    const base64 = payload.replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
  const parsed = v.safeParse(payloadSchema, json);
  if (!parsed.success) return undefined;
  const { namespace, pod } = parsed.output["kubernetes.io"];
  return { name: pod?.name, uid: pod?.uid, namespace };
}

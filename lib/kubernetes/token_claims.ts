import * as v from "valibot";

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

/** What `localhost` is: a server that is told to listen on it may choose either (Node 17, Python). */
export const LOOPBACK = ["127.0.0.1", "::1"] as const;

/**
 * Makes a request to a port of this pod, at whichever of its loopback addresses somebody listens. The
 * second is asked only if nobody accepted a connection at the first, so no request is made twice.
 *
 * @throws what fetch throws; of a port where nobody listens that of the first address
 */
export async function fetchLoopback(
  port: number,
  path: string,
  init: RequestInit & { readonly client: Deno.HttpClient },
): Promise<Response> {
  let refused: unknown;
  for (const address of LOOPBACK) {
    const host = address.includes(":") ? `[${address}]` : address;
    try {
      return await fetch(`http://${host}:${port}${path}`, init);
    } catch (error) {
      if (!isUnconnected(error)) throw error;
      refused ??= error;
    }
  }
  throw refused;
}

/** Whether there was no connection, so that nobody has the request: hyper's word for where it failed. */
export function isUnconnected(error: unknown): boolean {
  return error instanceof Error && error.message.includes("client error (Connect)");
}

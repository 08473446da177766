import { LOOPBACK } from "../http/loopback.ts";

/** Names that were not known when they were last asked for. */
const unknownNames = new Set<string>();

/**
 * Connects to a port; to `localhost` at whichever of its addresses somebody listens.
 *
 * @throws what Deno.connect throws; of several addresses that of the first
 */
export async function connect(
  host: string,
  port: number,
  signal: AbortSignal,
): Promise<Deno.TcpConn> {
  const [first, second] = host === "localhost" ? LOOPBACK : [host];
  try {
    return await connectTo(first, port, signal);
  } catch (error) {
    if (second === undefined || signal.aborted) throw error;
    return await connectTo(second, port, signal).catch(() => {
      throw error;
    });
  }
}

/**
 * Deno loses a resource for good each time that it is given a signal and a name that is not known: a
 * gate that waits for a Service to be made would lose one each second.
 */
async function connectTo(
  hostname: string,
  port: number,
  signal: AbortSignal,
): Promise<Deno.TcpConn> {
  const attempt = unknownNames.has(hostname)
    ? unlessAborted(Deno.connect({ hostname, port }), signal)
    : Deno.connect({ hostname, port, signal });
  try {
    const connection = await attempt;
    unknownNames.delete(hostname);
    return connection;
  } catch (error) {
    if (isUnknownName(error)) unknownNames.add(hostname);
    else if (!signal.aborted) unknownNames.delete(hostname);
    throw error;
  }
}

/** The connection, if it comes before the signal; one that comes later is closed. */
async function unlessAborted(
  attempt: Promise<Deno.TcpConn>,
  signal: AbortSignal,
): Promise<Deno.TcpConn> {
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([attempt, aborted.promise]);
  } catch (error) {
    if (signal.aborted) attempt.then((late) => late.close(), () => {});
    throw error;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** What the C library says of a name without an address (getaddrinfo(3)). */
function isUnknownName(error: unknown): boolean {
  return error instanceof Error && error.message.includes("lookup address");
}

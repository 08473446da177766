import { createDirectClient } from "../http/direct_client.ts";
import { VERSION } from "../version.ts";
import { readCertificates } from "./certificates.ts";
import type { InClusterConfig } from "./in_cluster.ts";
import { createTokenSource } from "./token.ts";

/**
 * Sends one GET to the API server and gives its answer. The caller reads or cancels the body;
 * `signal` ends the request and the body at once. Rejects when there is no answer.
 */
export type Transport = (
  path: string,
  options: {
    readonly signal: AbortSignal;
    /** Whether the answer goes on for minutes: its connection is then watched by the kernel. */
    readonly lasting?: boolean;
  },
) => Promise<Response>;

/** client-go's CA rotation looks at ca.crt this often. */
const CA_REREAD_AFTER_MS = 300_000;

/**
 * The real transport: TLS, bearer token, certificates that may rotate. Disposing of it closes its
 * connections.
 *
 * The certificates are read again every five minutes, and at once after a request that got no answer,
 * since a server whose certificate was replaced gives none. A file without a certificate leaves the
 * old ones in use; then every failure names it. Without any nothing is sent, and so no token either.
 * No other authority is ever trusted.
 *
 * @param options.now milliseconds of a steady clock
 * @param options.keepAlive lets the kernel find out when the peers at a port have gone away
 */
export function createTransport(
  config: InClusterConfig,
  options: { readonly now?: () => number; readonly keepAlive?: (port: number) => void } = {},
): Transport & Disposable {
  const { now = () => performance.now(), keepAlive } = options;
  const clients: Deno.HttpClient[] = [];
  const token = createTokenSource(() => Deno.readTextFileSync(config.tokenPath), now);
  let client: Deno.HttpClient | undefined;
  let used = "";
  let fault: string | undefined;
  let readAt = -Infinity;

  function currentClient(): Deno.HttpClient {
    if (client !== undefined && now() - readAt < CA_REREAD_AFTER_MS) return client;
    const found = readCertificates(config.caPath);
    fault = found.fault;
    readAt = now();
    if (found.text !== undefined && found.text !== used) {
      // The old client is closed with the last: a watch may still run on it, which will end by
      // itself, and it keeps no idle connections.
      client = createDirectClient([found.text]);
      clients.push(client);
      used = found.text;
    }
    if (client === undefined) throw new Error(fault);
    return client;
  }

  async function send(path: string, signal: AbortSignal): Promise<Response> {
    const headers = {
      "authorization": `Bearer ${token.read()}`,
      "user-agent": `koordinator/${VERSION}`,
      "accept": "application/json",
      "accept-encoding": "identity",
    };
    const client = currentClient();
    try {
      return await fetch(config.server + path, { client, signal, redirect: "error", headers });
    } catch (error) {
      readAt = -Infinity;
      if (fault === undefined || signal.aborted) throw error;
      throw new Error(fault, { cause: error });
    }
  }

  const transport: Transport = async (path, { signal, lasting }) => {
    const response = await send(path, signal);
    if (lasting === true) keepAlive?.(Number(new URL(config.server).port || 443));
    if (response.status === 401) token.expire();
    return response;
  };
  return Object.assign(transport, {
    [Symbol.dispose]() {
      for (const each of clients.splice(0)) each.close();
      client = undefined;
    },
  });
}

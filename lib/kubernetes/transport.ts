import { createDirectClient } from "../direct_client.ts";
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
  options: { readonly signal: AbortSignal },
) => Promise<Response>;

/** client-go's CA rotation looks at ca.crt this often. */
const CA_REREAD_AFTER_MS = 300_000;

/**
 * The real transport: TLS, bearer token, certificates that may rotate. Disposing of it closes its
 * connections.
 *
 * The certificates are read again every five minutes, and at once after a request that got no answer,
 * since a server whose certificate was replaced gives none. A file without a certificate leaves the
 * old ones in use, or the system's; then every failure names it.
 *
 * @param now milliseconds of a steady clock
 */
export function createTransport(
  config: InClusterConfig,
  now: () => number = () => performance.now(),
): Transport & Disposable {
  const clients: Deno.HttpClient[] = [];
  const token = createTokenSource(() => Deno.readTextFileSync(config.tokenPath), now);
  let client: Deno.HttpClient | undefined;
  let used = "";
  let fault: string | undefined;
  let readAt = -Infinity;

  function currentClient(): Deno.HttpClient {
    if (client !== undefined && now() - readAt < CA_REREAD_AFTER_MS) return client;
    const { text, fault: found } = readCertificates(config.caPath);
    fault = found;
    readAt = now();
    if (client === undefined || (text !== "" && text !== used)) {
      // The old client is closed with the last: a watch may still run on it, which will end by
      // itself, and it keeps no idle connections.
      client = createDirectClient(text === "" ? [] : [text]);
      clients.push(client);
      used = text;
    }
    return client;
  }

  async function send(path: string, signal: AbortSignal): Promise<Response> {
    const headers = {
      "authorization": `Bearer ${token.read()}`,
      "user-agent": `koordinator/${VERSION}`,
      "accept": "application/json",
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

  const transport: Transport = async (path, { signal }) => {
    const response = await send(path, signal);
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

import { createDirectClient } from "../direct_client.ts";
import { VERSION } from "../version.ts";
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
 * @param now milliseconds of a steady clock
 */
export function createTransport(
  config: InClusterConfig,
  now: () => number = () => performance.now(),
): Transport & Disposable {
  const clients: Deno.HttpClient[] = [];
  const token = createTokenSource(() => Deno.readTextFileSync(config.tokenPath), now);
  let client: Deno.HttpClient | undefined;
  let ca = "";
  let caReadAt = -Infinity;

  function currentClient(): Deno.HttpClient {
    if (client !== undefined && now() - caReadAt < CA_REREAD_AFTER_MS) return client;
    const fresh = readCertificates(config.caPath);
    if (client === undefined || (fresh !== "" && fresh !== ca)) {
      // The old client is closed with the last: a watch may still run on it, which will end by
      // itself, and it keeps no idle connections.
      client = createDirectClient(fresh === "" ? [] : [fresh]);
      clients.push(client);
      ca = fresh;
    }
    // Without certificates look again at the next request: the volume may not be complete yet.
    if (ca !== "") caReadAt = now();
    return client;
  }

  const transport: Transport = async (path, { signal }) => {
    const response = await fetch(config.server + path, {
      client: currentClient(),
      signal,
      redirect: "error",
      headers: {
        "authorization": `Bearer ${token.read()}`,
        "user-agent": `koordinator/${VERSION}`,
        "accept": "application/json",
      },
    });
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

/** The PEM text, or nothing: then the system's roots have to do, as in client-go. */
function readCertificates(path: string): string {
  try {
    const text = Deno.readTextFileSync(path);
    // Deno takes garbage silently, and the failure would show as an unknown issuer.
    return text.includes("-----BEGIN CERTIFICATE-----") ? text : "";
  } catch {
    return "";
  }
}

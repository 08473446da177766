/** What Deno reads of the environment when a client is made. */
const READ_BY_DENO = [
  ...["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"].flatMap((name) => [name, name.toLowerCase()]),
  ...["DENO_CERT", "DENO_TLS_CA_STORE", "SSL_CERT_FILE", "SSL_CERT_DIR"],
];

/** No authority: a list of no stores, where Deno would take Mozilla's roots. */
const NO_STORES = ["DENO_TLS_CA_STORE", ","] as const;

/**
 * Makes an HTTP client that goes direct, not by a proxy, and trusts the given authorities alone: the
 * variables of an application's pod are meant for its own traffic, and Deno does not exempt loopback.
 * The executable's loader has left them out (tools/seal/environment.c). Run from the sources they are
 * put aside until this function returns, COMMAND gets them untouched; but if Deno has downloaded a
 * module before, it trusts the authorities that it took then as well.
 *
 * HTTP/1.1 without idle connections, because reuse of an HTTP/2 connection whose peer went away
 * hangs (denoland/deno#21749).
 *
 * @param caCerts authorities in PEM
 */
export function createDirectClient(caCerts: readonly string[]): Deno.HttpClient {
  const create = () =>
    Deno.createHttpClient({ caCerts: [...caCerts], http2: false, poolMaxIdlePerHost: 0 });
  return Deno.build.standalone ? create() : withoutForeignVariables(create);
}

function withoutForeignVariables<T>(act: () => T): T {
  const kept = new Map<string, string>();
  for (const name of READ_BY_DENO) {
    const value = held(name);
    if (value === undefined) continue;
    kept.set(name, value);
    Deno.env.delete(name);
  }
  Deno.env.set(...NO_STORES);
  try {
    return act();
  } finally {
    Deno.env.delete(NO_STORES[0]);
    for (const [name, value] of kept) Deno.env.set(name, value);
  }
}

/** The value of a variable, if it is UTF-8: one that is not Deno passes over. */
function held(name: string): string | undefined {
  try {
    return Deno.env.get(name);
  } catch {
    return undefined;
  }
}

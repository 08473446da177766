const PROXY_VARIABLES = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"]
  .flatMap((name) => [name, name.toLowerCase()]);

/**
 * Makes an HTTP client that goes direct. Deno reads the proxy variables when a client is made, does
 * not exempt loopback, and the variables of an application's pod are meant for its own traffic;
 * they are put back before this function returns, COMMAND gets them untouched.
 *
 * HTTP/1.1 without idle connections, because reuse of an HTTP/2 connection whose peer went away
 * hangs (denoland/deno#21749).
 */
export function createDirectClient(caCerts: readonly string[]): Deno.HttpClient {
  const kept = new Map<string, string>();
  for (const name of PROXY_VARIABLES) {
    const value = Deno.env.get(name);
    if (value === undefined) continue;
    kept.set(name, value);
    Deno.env.delete(name);
  }
  try {
    return Deno.createHttpClient({ caCerts: [...caCerts], http2: false, poolMaxIdlePerHost: 0 });
  } finally {
    for (const [name, value] of kept) Deno.env.set(name, value);
  }
}

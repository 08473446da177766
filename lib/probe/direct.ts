const PROXY_VARIABLES = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"].flatMap((
  name,
) => [name, name.toLowerCase()]);

let client: Deno.HttpClient | undefined;

/**
 * A client that reaches 127.0.0.1 whatever HTTP_PROXY says. Deno reads the proxy variables when a
 * client is made and exempts no loopback address, so they are away for that moment.
 */
export function directClient(): Deno.HttpClient {
  if (client !== undefined) return client;
  const saved = PROXY_VARIABLES.map((name) => [name, Deno.env.get(name)] as const);
  for (const [name] of saved) Deno.env.delete(name);
  try {
    client = Deno.createHttpClient({ http2: false, poolMaxIdlePerHost: 0 });
  } finally {
    for (const [name, value] of saved) if (value !== undefined) Deno.env.set(name, value);
  }
  return client;
}

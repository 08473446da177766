/** A TLS server in an API server's place that answers whatever it likes. */

/** What is sent, and what it counts as; an endless one ends with its reader. */
export interface Answer {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>> | string;
}

/** A server that gives the same answer to every request of a verb. */
export interface HostileServer extends AsyncDisposable {
  readonly port: number;
  /** How many requests of a verb were answered. */
  readonly answered: (verb: "list" | "watch") => number;
}

const ENCODER = new TextEncoder();

/** A list that a watch can start from. */
export const EMPTY_LIST: Answer = {
  body: '{"kind":"PodList","metadata":{"resourceVersion":"1"},"items":[]}',
};

/** The same text again and again, `times` or for ever, in chunks of 64 KB. */
export function repeated(
  text: string,
  times = Infinity,
  first = "",
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const perChunk = Math.max(1, Math.floor(65_536 / text.length));
  const chunk = ENCODER.encode(text.repeat(perChunk));
  let left = times;
  return new ReadableStream({
    start: (controller) => controller.enqueue(ENCODER.encode(first)),
    pull(controller) {
      if (left <= 0) return controller.close();
      controller.enqueue(
        left < perChunk ? chunk.subarray(0, left * text.length) : chunk.slice(),
      );
      left -= perChunk;
    },
  });
}

/** The answer compressed, and saying so. */
export function gzipped(body: ReadableStream<Uint8Array<ArrayBuffer>>): Answer {
  return {
    headers: { "content-encoding": "gzip" },
    body: body.pipeThrough(new CompressionStream("gzip")),
  };
}

/** Starts the server on 127.0.0.1, with the certificate of the scripted API server. */
export async function startHostileServer(
  answers: { readonly list: () => Answer; readonly watch: () => Answer },
): Promise<HostileServer> {
  const read = (name: string) =>
    Deno.readTextFile(new URL(`../../tools/scripted_cluster/tls/${name}`, import.meta.url));
  const [cert, key] = await Promise.all([read("server.crt"), read("server.key")]);
  const counts = { list: 0, watch: 0 };
  // A shutdown would wait for the end of what has none.
  const stop = new AbortController();
  const server = Deno.serve(
    {
      ...{ hostname: "127.0.0.1", port: 0, cert, key, signal: stop.signal },
      ...{ onListen() {}, onError: () => new Response() },
    },
    ({ url }) => {
      const verb = new URL(url).searchParams.get("watch") === "true" ? "watch" : "list";
      counts[verb]++;
      const { body, headers } = answers[verb]();
      return new Response(body, { headers: { "content-type": "application/json", ...headers } });
    },
  );
  return {
    port: server.addr.port,
    answered: (verb) => counts[verb],
    async [Symbol.asyncDispose]() {
      stop.abort();
      await server.finished;
    },
  };
}

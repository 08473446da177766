import type { Pod } from "../pod/pod.ts";
import { makeServerIdentity } from "./real_certificate.ts";

/** An API server that knows one pod. */
export interface RealApi extends AsyncDisposable {
  /** Tells the pod as it is now. */
  readonly tell: (pod: Pod) => void;
  /** Writes what the kubelet mounts for a service account below a root. */
  readonly writeServiceAccount: (root: string) => Promise<void>;
  /** The variables by which containers find the server. */
  readonly env: Readonly<Record<string, string>>;
}

const SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

/** A change of the pod, as a watch tells it. */
interface Change {
  readonly version: number;
  readonly line: Uint8Array<ArrayBuffer>;
}

/**
 * Starts an API server on this machine's loopback, for the list and the watch of one pod, which is all
 * that koordinator asks for. Whoever asks has the right.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 */
export async function startRealApi(first: Pod, namespace: string): Promise<RealApi> {
  const { key, certificate } = await makeServerIdentity(Date.now());
  const changes: Change[] = [];
  const watches = new Set<ReadableStreamDefaultController<Uint8Array>>();
  const stop = new AbortController();
  let current: Pod | undefined;

  const tell = (pod: Pod) => {
    const version = changes.length + 1;
    const object = {
      ...{ kind: "Pod", apiVersion: "v1" },
      ...pod,
      metadata: { ...pod.metadata, namespace, resourceVersion: `${version}` },
    };
    const type = current === undefined ? "ADDED" : "MODIFIED";
    const line = new TextEncoder().encode(`${JSON.stringify({ type, object })}\n`);
    current = object;
    changes.push({ version, line });
    for (const watch of watches) watch.enqueue(line);
  };
  tell(first);

  const watch = (from: number): Response => {
    let own: ReadableStreamDefaultController<Uint8Array>;
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start(controller) {
        own = controller;
        watches.add(own);
        for (const { version, line } of changes) if (version > from) own.enqueue(line);
      },
      cancel() {
        watches.delete(own);
      },
    });
    return new Response(body, { headers: { "content-type": "application/json" } });
  };

  const pods = `/api/v1/namespaces/${namespace}/pods`;
  const server = Deno.serve({
    ...{ hostname: "127.0.0.1", port: 0, key, cert: certificate, signal: stop.signal },
    onListen() {},
    onError: () => new Response(null, { status: 500 }),
  }, (request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === `${pods}/${first.metadata.name}`) return Response.json(current);
    if (pathname !== pods) return new Response(null, { status: 404 });
    if (searchParams.get("watch") === "true") {
      return watch(Number(searchParams.get("resourceVersion") ?? 0));
    }
    return Response.json({
      ...{ kind: "PodList", apiVersion: "v1" },
      metadata: { resourceVersion: `${changes.length}` },
      items: [current],
    });
  });

  return {
    tell,
    env: {
      KUBERNETES_SERVICE_HOST: "127.0.0.1",
      KUBERNETES_SERVICE_PORT: `${server.addr.port}`,
    },
    async writeServiceAccount(root) {
      const folder = root + SERVICE_ACCOUNT;
      await Deno.mkdir(folder, { recursive: true });
      await Deno.writeTextFile(`${folder}/token`, "simulated");
      await Deno.writeTextFile(`${folder}/ca.crt`, certificate);
      await Deno.writeTextFile(`${folder}/namespace`, namespace);
    },
    async [Symbol.asyncDispose]() {
      for (const watch of watches) watch.close();
      watches.clear();
      stop.abort();
      await server.finished;
    },
  };
}

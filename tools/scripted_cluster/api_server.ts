/**
 * A scripted API server over real TLS that has one pod. It serves list, get and watch of pods as a
 * kube-apiserver does, remembers each request, and misbehaves when told to.
 */

import type { Pod } from "../../lib/pod/pod.ts";
import { startRelay } from "./relay.ts";

/** What to do with one request instead of answering it properly. */
export type Fault =
  /** Answer with this status and a metav1.Status. */
  | {
    readonly kind: "status";
    readonly code: number;
    readonly reason?: string;
    readonly message?: string;
    readonly headers?: Readonly<Record<string, string>>;
  }
  /**
   * Begin a watch by these bytes, then end the body cleanly, end the connection by FIN or by RST, let
   * it be silent (half-open), stay open with nothing to say, or go on properly.
   */
  | {
    readonly kind: "stream";
    readonly chunks: readonly (string | Uint8Array<ArrayBuffer>)[];
    readonly then: "end" | "finish" | "reset" | "silence" | "hang" | "serve";
  }
  /** Be away for a while: no connection lives, and none is accepted. */
  | { readonly kind: "outage"; readonly ms: number }
  /** Answer with this body and a 200. */
  | { readonly kind: "body"; readonly body: string }
  /** Answer properly, compressed. */
  | { readonly kind: "gzip" }
  /** Never answer. */
  | { readonly kind: "hang" };

/** Which requests a fault is for. */
export type Verb = "list" | "watch" | "get" | "any";

/** A request as the server saw it. */
export interface SeenRequest {
  readonly verb: "list" | "watch" | "get" | "other";
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  /** `performance.now()` at its arrival. */
  readonly at: number;
}

/** The running server. `await using` closes it. */
export interface ApiServer extends AsyncDisposable {
  readonly port: number;
  readonly requests: SeenRequest[];
  /** The latest. */
  readonly resourceVersion: number;
  /** The token that is accepted; `undefined` accepts any. */
  token: string | undefined;
  /** Replaces the pod and tells open watches; `undefined` deletes it. */
  setPod(pod: Pod | undefined): void;
  /** Changes the pod; a short form of `setPod`. */
  update(change: (pod: Pod) => Pod): void;
  /** Sends a bookmark on every open watch. */
  bookmark(): void;
  /** Ends every open watch cleanly, as a timeout does. */
  endWatches(): void;
  /** Lets the next `times` requests of this verb go wrong. @default times 1 */
  fail(verb: Verb, fault: Fault, times?: number): void;
  /** Refuses connections from now on for a while. */
  outage(ms: number): void;
  /** Accepts the next connections only to close them. */
  turnAway(connections: number): void;
  /** How many watches are open. */
  readonly watching: number;
  /** Resolves when the first fault has been played. */
  readonly faulted: Promise<void>;
  /** Forgets all faults, and is there. */
  heal(): void;
  /** Resolves once the server has seen so many requests of a verb; rejects after a minute. */
  seen(verb: Verb, count: number): Promise<void>;
  /** Writes token, ca.crt and namespace under this root, as the kubelet mounts them. */
  writeServiceAccount(root: string, options?: { readonly token?: string }): Promise<void>;
  /** The environment of a process in the pod. */
  env(root: string): Record<string, string>;
  close(): Promise<void>;
}

const SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

/** Reads one of the committed certificates: self-signed, good for a hundred years. */
function readTls(name: string): Promise<string> {
  return Deno.readTextFile(new URL(`./tls/${name}`, import.meta.url));
}

/** A token that is a JWT in shape, with the claims of a bound token. */
export function fakeToken(claims: {
  readonly name?: string;
  readonly uid?: string;
  readonly namespace?: string;
  readonly nonce?: string;
}): string {
  const encode = (value: unknown) =>
    btoa(JSON.stringify(value)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const { name, uid, namespace, nonce } = claims;
  return [
    encode({ alg: "RS256" }),
    encode({ "kubernetes.io": { namespace, pod: { name, uid } }, nonce }),
    "c2lnbmF0dXJl",
  ].join(".");
}

/**
 * Starts the server on 127.0.0.1.
 *
 * @param options.pod the pod at first
 * @param options.namespace @default "default"
 * @param options.port @default a free one
 * @param options.hostname @default "127.0.0.1"; "::1" works too
 * @param options.certificate "rotated": one that another authority vouches for; "impostor": one whose
 * authority has the name of a public one, ISRG Root X2, and another key. @default "first"
 * @param options.resourceVersion what it goes on from: of one that takes another's place, that other's
 * latest, or clients that resume a watch take what is new for what they know. @default 100
 * @param options.isDirect clients reach it with no relay between, which takes time; then no fault of
 * the network can be played
 * @param options.isPlain without TLS
 */
export async function startApiServer(options: {
  readonly pod?: Pod;
  readonly namespace?: string;
  readonly port?: number;
  readonly hostname?: string;
  readonly certificate?: "first" | "rotated" | "impostor";
  readonly resourceVersion?: number;
  readonly isDirect?: boolean;
  readonly isPlain?: boolean;
}): Promise<ApiServer> {
  const namespace = options.namespace ?? "default";
  const hostname = options.hostname ?? "127.0.0.1";
  const { certificate = "first" } = options;
  const prefix = certificate === "first" ? "" : `${certificate}-`;
  const [cert, key, ca] = await Promise.all(
    ["server.crt", "server.key", "ca.crt"].map((name) => readTls(prefix + name)),
  );
  if (cert === undefined || key === undefined || ca === undefined) {
    throw new Error("no certificate");
  }

  let version = options.resourceVersion ?? 100;
  let pod: Pod | undefined;
  /** What happened, so that a watch can start in the past. */
  const history: { readonly version: number; readonly type: string; readonly object: Pod }[] = [];
  const watches = new Set<ReadableStreamDefaultController<Uint8Array>>();
  const hanging = new Set<() => void>();
  const requests: SeenRequest[] = [];
  const faults: { verb: Verb; fault: Fault; times: number }[] = [];
  const waiters = new Set<() => void>();
  const faulted = Promise.withResolvers<void>();
  const stop = new AbortController();
  const bytes = (value: string) => new TextEncoder().encode(value);

  function change(type: string, next: Pod): Pod {
    version++;
    const object = withVersion(next);
    history.push({ version, type, object });
    for (const watch of watches) watch.enqueue(bytes(line(type, object)));
    return object;
  }
  const withVersion = (value: Pod): Pod => ({
    ...value,
    metadata: { ...value.metadata, resourceVersion: String(version) },
  });
  const line = (type: string, object: object) =>
    JSON.stringify({ type, object: { kind: "Pod", apiVersion: "v1", ...object } }) + "\n";

  function setPod(next: Pod | undefined): void {
    if (pod !== undefined && (next === undefined || next.metadata.uid !== pod.metadata.uid)) {
      change("DELETED", pod);
      pod = undefined;
    }
    if (next !== undefined) pod = change(pod === undefined ? "ADDED" : "MODIFIED", next);
  }

  function forget<T>(set: Set<T>, value: T): void {
    set.delete(value);
  }

  function watchStream(from: number, first: readonly (string | Uint8Array)[] = []) {
    let controller: ReadableStreamDefaultController<Uint8Array>;
    return new ReadableStream<Uint8Array<ArrayBuffer>>({
      start(started) {
        controller = started;
        watches.add(controller);
        for (const chunk of first) {
          controller.enqueue(typeof chunk === "string" ? bytes(chunk) : chunk);
        }
        for (const event of history) {
          if (event.version > from) controller.enqueue(bytes(line(event.type, event.object)));
        }
      },
      cancel() {
        forget(watches, controller);
      },
    });
  }

  function status(code: number, reason: string, message: string, headers = {}): Response {
    return Response.json(
      { kind: "Status", apiVersion: "v1", status: "Failure", code, reason, message },
      { status: code, headers },
    );
  }

  function streamFault(
    fault: Fault & { readonly kind: "stream" },
    from: number,
    connection: number,
  ): Response {
    if (fault.then === "serve") return new Response(watchStream(from, fault.chunks));
    const chunks = [...fault.chunks];
    let release = () => {};
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      async pull(controller) {
        const chunk = chunks.shift();
        if (chunk !== undefined) {
          controller.enqueue(typeof chunk === "string" ? bytes(chunk) : chunk);
          // One chunk, one packet: what was split shall arrive split.
          await new Promise<void>((resolve) => {
            const timer = setTimeout(resolve, 20);
            hanging.add(
              release = () => {
                clearTimeout(timer);
                resolve();
              },
            );
          });
          forget(hanging, release);
        } else if (fault.then === "end") {
          controller.close();
        } else {
          if (fault.then === "finish") relay.finish(connection);
          if (fault.then === "reset") relay.reset(connection);
          if (fault.then === "silence") relay.silence(connection);
          await new Promise<void>((resolve) => hanging.add(release = resolve));
        }
      },
      cancel() {
        release();
        forget(hanging, release);
      },
    });
    return new Response(body);
  }

  async function answerFault(
    fault: Exclude<Fault, { kind: "gzip" }>,
    from: number,
    connection: number,
  ): Promise<Response> {
    switch (fault.kind) {
      case "status":
        return status(fault.code, fault.reason ?? "Scripted", fault.message ?? "on purpose", {
          ...fault.headers,
        });
      case "body":
        return new Response(fault.body, { headers: { "content-type": "application/json" } });
      case "stream":
        return streamFault(fault, from, connection);
      case "outage":
        relay.outage(fault.ms).then(faulted.resolve);
        await new Promise<void>((resolve) => hanging.add(resolve));
        return status(504, "Timeout", "away");
      case "hang":
        await new Promise<void>((resolve) => hanging.add(resolve));
        return status(504, "Timeout", "closing");
    }
  }

  async function answer(
    request: Request,
    { remoteAddr }: Deno.ServeHandlerInfo<Deno.NetAddr>,
  ): Promise<Response> {
    const url = new URL(request.url);
    const query = url.searchParams;
    const pods = `/api/v1/namespaces/${namespace}/pods`;
    const verb = url.pathname === pods
      ? (query.get("watch") === "true" ? "watch" : "list")
      : url.pathname.startsWith(`${pods}/`)
      ? "get"
      : "other";
    requests.push({
      verb,
      path: url.pathname,
      query,
      headers: request.headers,
      at: performance.now(),
    });
    for (const waiter of waiters) waiter();
    const from = Number(query.get("resourceVersion") ?? 0);
    const scripted = faults.find(({ verb: of, times }) =>
      times > 0 && (of === "any" || of === verb)
    );
    if (scripted !== undefined) {
      scripted.times--;
      // An outage is over later.
      if (scripted.fault.kind !== "outage") faulted.resolve();
      if (scripted.fault.kind !== "gzip") {
        return await answerFault(scripted.fault, from, remoteAddr.port);
      }
      const { body } = proper();
      const compressed = body?.pipeThrough(new CompressionStream("gzip")) ?? null;
      return new Response(compressed, { headers: { "content-encoding": "gzip" } });
    }
    return proper();

    function proper(): Response {
      if (
        server.token !== undefined &&
        request.headers.get("authorization") !== `Bearer ${server.token}`
      ) return status(401, "Unauthorized", "Unauthorized");
      const wanted = query.get("fieldSelector")?.replace("metadata.name=", "");
      switch (verb) {
        case "watch":
          return new Response(watchStream(from));
        case "list": {
          const items = pod !== undefined && (wanted ?? pod.metadata.name) === pod.metadata.name
            ? [pod]
            : [];
          return Response.json({
            kind: "PodList",
            apiVersion: "v1",
            metadata: { resourceVersion: String(version) },
            items,
          });
        }
        case "get":
          return pod !== undefined && url.pathname === `${pods}/${pod.metadata.name}`
            ? Response.json({ kind: "Pod", apiVersion: "v1", ...pod })
            : status(404, "NotFound", "pods not found");
        default:
          return status(404, "NotFound", "the server could not find the requested resource");
      }
    }
  }

  const listener = Deno.serve({
    hostname,
    port: 0,
    ...options.isPlain === true ? {} : { cert, key },
    signal: stop.signal,
    onListen() {},
    onError: () => new Response(null, { status: 500 }),
  }, answer);
  const relay = startRelay({ hostname, port: options.port ?? 0, to: listener.addr.port });
  const port = options.isDirect === true ? listener.addr.port : relay.port;

  function endWatches(): void {
    for (const watch of watches) watch.close();
    watches.clear();
  }

  const server: ApiServer = {
    port,
    requests,
    get resourceVersion() {
      return version;
    },
    get watching() {
      return watches.size;
    },
    outage(ms) {
      relay.outage(ms).then(faulted.resolve);
    },
    turnAway(connections) {
      relay.turnAway(connections).then(faulted.resolve);
    },
    faulted: faulted.promise,
    token: undefined,
    setPod,
    update(changed) {
      if (pod === undefined) throw new Error("there is no pod to update");
      setPod(changed(pod));
    },
    bookmark() {
      version++;
      const object = { metadata: { resourceVersion: String(version) } };
      for (const watch of watches) watch.enqueue(bytes(line("BOOKMARK", object)));
    },
    endWatches,
    fail(verb, fault, times = 1) {
      faults.push({ verb, fault, times });
    },
    heal() {
      faults.length = 0;
      relay.heal();
    },
    seen(verb, count) {
      return new Promise((resolve, reject) => {
        const look = () => {
          const sofar = requests.filter((seen) => verb === "any" || seen.verb === verb).length;
          if (sofar < count) return;
          clearTimeout(timer);
          waiters.delete(look);
          resolve();
        };
        const timer = setTimeout(() => {
          waiters.delete(look);
          reject(new Error(`no ${count} requests to ${verb} within a minute`));
        }, 60_000);
        waiters.add(look);
        look();
      });
    },
    async writeServiceAccount(root, { token } = {}) {
      const folder = root + SERVICE_ACCOUNT;
      await Deno.mkdir(folder, { recursive: true });
      const { name, uid } = pod?.metadata ?? {};
      const claims = { namespace, ...(name && { name }), ...(uid && { uid }) };
      await Deno.writeTextFile(`${folder}/token`, token ?? fakeToken(claims));
      await Deno.writeTextFile(`${folder}/ca.crt`, ca);
      await Deno.writeTextFile(`${folder}/namespace`, namespace);
    },
    env(root) {
      return {
        KUBERNETES_SERVICE_HOST: hostname,
        KUBERNETES_SERVICE_PORT: String(port),
        KOORDINATOR_ROOT: root,
      };
    },
    async close() {
      stop.abort();
      endWatches();
      relay[Symbol.dispose]();
      for (const release of hanging) release();
      await listener.finished;
    },
    [Symbol.asyncDispose]() {
      return this.close();
    },
  };
  if (options.pod !== undefined) setPod(options.pod);
  return server;
}

import * as v from "valibot";
import type { Pod } from "../pod/pod.ts";
import { ApiFailure, failureOfException, failureOfStatus } from "./failure.ts";
import { parseJson } from "./json.ts";
import { readLines, readText } from "./lines.ts";
import {
  type ApiStatus,
  type PodEvent,
  podListSchema,
  statusSchema,
  watchEventSchema,
} from "./api_objects.ts";
import { podSchema } from "../pod/schema.ts";
import type { Transport } from "./transport.ts";

/** What the API server has under the pod's name, and as of which version. */
export interface Listing {
  readonly pod: Pod | undefined;
  /** `undefined` when the pod came by GET: a watch cannot start from that. */
  readonly resourceVersion: string | undefined;
}

/** The requests that are made for one pod. All of them throw `ApiFailure` and nothing else. */
export interface PodRequests {
  /** A list of at most one pod. `"0"` is served from a cache, `""` is what etcd holds now. */
  list(resourceVersion: "0" | "", signal: AbortSignal): Promise<Listing>;
  /** The pod by its name, for a Role that allows nothing else. */
  get(signal: AbortSignal): Promise<Listing>;
  /** The events after a version; ends when the server ends the watch or `signal` aborts. */
  watch(resourceVersion: string, seconds: number, signal: AbortSignal): AsyncGenerator<PodEvent>;
}

/** A controller that aborts with its parent, or when `feed` was not called for `ms`. */
function createWatchdog(parent: AbortSignal, ms: number) {
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let left = ms;
  let complaint = "no complete answer from the API server within";
  const onParent = () => controller.abort(parent.reason);
  let fedAt = 0;
  const arm = (after: number) => {
    clearTimeout(timer);
    if (!controller.signal.aborted) timer = setTimeout(expired, after);
  };
  // Each chunk feeds it, so the timer is moved when it is over, and not each time.
  const expired = () => {
    const rest = fedAt + left - performance.now();
    if (rest > 0) return arm(rest);
    controller.abort(new ApiFailure("retry", `${complaint} ${Math.round(left / 1000)} s`));
  };
  const feed = () => {
    fedAt = performance.now();
  };
  const begin = () => {
    feed();
    arm(left);
  };
  if (parent.aborted) onParent();
  else parent.addEventListener("abort", onParent);
  begin();
  return {
    signal: controller.signal,
    feed,
    /** The answer has begun: from now on it may be silent for so long. */
    calm(ms: number) {
      left = ms;
      complaint = "nothing from the API server for";
      begin();
    },
    [Symbol.dispose]() {
      clearTimeout(timer);
      parent.removeEventListener("abort", onParent);
    },
  };
}

/** Settles as soon as `signal` aborts, whatever becomes of `work`. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

/** Bounded: whatever answers in the API server's place cannot fill the memory. */
async function textOf(
  { body }: Response,
  signal: AbortSignal,
  onBytes: ((count: number) => void) | undefined,
): Promise<string> {
  return body === null ? "" : await orAborted(readText(body, signal, onBytes), signal);
}

/**
 * @param options.firstByteTimeoutMs how long an answer may take to begin, and a list to be complete
 * @param options.idleTimeoutMs how long a watch may be silent
 * @param options.onBytes told of all that is read, how many bytes it has
 */
export function createPodRequests(options: {
  readonly transport: Transport;
  readonly namespace: string;
  readonly name: string;
  readonly firstByteTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly onBytes?: ((count: number) => void) | undefined;
}): PodRequests {
  const { transport, namespace, name, onBytes } = options;
  const pods = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
  const selector = `fieldSelector=${encodeURIComponent(`metadata.name=${name}`)}`;

  async function readJson(path: string, verb: string, parent: AbortSignal): Promise<unknown> {
    using watchdog = createWatchdog(parent, options.firstByteTimeoutMs);
    const { signal } = watchdog;
    try {
      const response = await orAborted(transport(path, { signal }), signal);
      if (!response.ok) throw await failureOf(response, verb, signal);
      return parseJson(await textOf(response, signal, onBytes));
    } catch (error) {
      throw failureOfException(signal.aborted ? signal.reason : error);
    }
  }

  async function failureOf(response: Response, verb: string, signal: AbortSignal) {
    let status: ApiStatus | undefined;
    try {
      const parsed = v.safeParse(statusSchema, parseJson(await textOf(response, signal, onBytes)));
      if (parsed.success) status = parsed.output;
    } catch {
      // Not a Status: a proxy's page, or nothing. The code says enough.
    }
    const retryAfter = response.headers.get("retry-after");
    return failureOfStatus(response.status, status, { verb, namespace, retryAfter });
  }

  function parse<T>(schema: v.GenericSchema<unknown, T>, value: unknown, what: string): T {
    const parsed = v.safeParse(schema, value);
    if (parsed.success) return parsed.output;
    const issue = parsed.issues[0];
    throw new ApiFailure(
      "broken",
      `${what} is not what a Kubernetes API server sends: ${v.getDotPath(issue)} ${issue.message}`,
    );
  }

  return {
    async list(resourceVersion, signal) {
      // The selector makes it a list of one, and lets a Role with resourceNames allow it.
      const query = resourceVersion === "" ? "" : `&resourceVersion=${resourceVersion}`;
      const list = parse(
        podListSchema,
        await readJson(`${pods}?${selector}${query}`, "list", signal),
        "the list of pods",
      );
      return {
        pod: list.items.find((pod) => pod.metadata.name === name),
        resourceVersion: list.metadata.resourceVersion,
      };
    },

    async get(signal) {
      try {
        const pod = await readJson(`${pods}/${encodeURIComponent(name)}`, "get", signal);
        return { pod: parse(podSchema, pod, "the pod"), resourceVersion: undefined };
      } catch (error) {
        const failure = failureOfException(error);
        if (failure.kind !== "notFound") throw failure;
        return { pod: undefined, resourceVersion: undefined };
      }
    },

    async *watch(resourceVersion, seconds, parent) {
      using watchdog = createWatchdog(parent, options.firstByteTimeoutMs);
      const { signal } = watchdog;
      let begun = false;
      const query = `${selector}&watch=true&allowWatchBookmarks=true&timeoutSeconds=${seconds}` +
        `&resourceVersion=${encodeURIComponent(resourceVersion)}`;
      try {
        const response = await orAborted(
          transport(`${pods}?${query}`, { signal, lasting: true }),
          signal,
        );
        if (!response.ok) throw await failureOf(response, "watch", signal);
        begun = true;
        watchdog.calm(options.idleTimeoutMs);
        yield { type: "OPENED" };
        if (response.body === null) return;
        const onChunk = (count: number) => {
          watchdog.feed();
          onBytes?.(count);
        };
        for await (const line of readLines(response.body, { signal, onBytes: onChunk })) {
          const event = parse(watchEventSchema, parseJson(line), "an event of the watch");
          if (event.type === "ERROR") {
            const code = event.object.code ?? 500;
            throw failureOfStatus(code, event.object, { verb: "watch", namespace });
          }
          yield event;
        }
        // Reading ends quietly when it is cancelled; silence is to be told as what it is.
        if (signal.aborted) throw signal.reason;
      } catch (error) {
        const failure = failureOfException(signal.aborted ? signal.reason : error);
        // A status, told as an event, is no lost connection.
        if (!begun || error instanceof ApiFailure || failure.kind !== "retry") throw failure;
        throw new ApiFailure("cut", failure.message, { cause: failure });
      }
    },
  };
}

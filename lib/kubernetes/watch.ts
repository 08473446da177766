import { pause } from "../clock.ts";
import { uniform } from "../random.ts";
import type { Pod } from "../pod/pod.ts";
import { failureOfException } from "./failure.ts";
import type { InClusterConfig } from "./in_cluster.ts";
import { createPodRequests } from "./pod_requests.ts";
import type { PodNews, PodSource } from "./pod_source.ts";
import { isOlder } from "./resource_version.ts";
import { next, NOTHING_ASKED, type RequestOutcome } from "./retry.ts";
import { createTransport, type Transport } from "./transport.ts";

/** Time and random, so that a test need not wait for either. */
export interface WatchClock {
  /** Milliseconds of a steady clock. */
  readonly now: () => number;
  /** Resolves after `ms`, or at once when `signal` aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** Which pod to follow, and how patiently. */
export interface FollowOptions {
  /** Sends the requests. */
  readonly transport: Transport;
  /** The pod's namespace. */
  readonly namespace: string;
  /** The pod's name. */
  readonly name: string;
  /**
   * The pod's uid, when it is known for certain to be that of the pod of this name (both from the
   * token's claims). An object with another uid is then a successor: this pod is gone.
   */
  readonly uid?: string | undefined;
  /** How long an answer may take to begin, in milliseconds. @default 10000 */
  readonly firstByteTimeoutMs?: number;
  /**
   * How long a watch may be silent, in milliseconds: three times the interval of bookmarks, so
   * that only a half-open connection is.
   *
   * @default 180000
   */
  readonly idleTimeoutMs?: number;
  /** Told of all that is read of the API server, how many bytes it has. */
  readonly onBytes?: ((count: number) => void) | undefined;
  /** @default the real ones */
  readonly clock?: WatchClock;
}

/** client-go's reflector draws the length of each watch from 5 to 10 minutes. */
const MIN_WATCH_SECONDS = 300;
const realClock: WatchClock = {
  now: () => performance.now(),
  random: uniform,
  sleep: pause,
};

/** Follows one pod with the in-cluster configuration: the source that runs in a real pod. */
export function watchPod(
  options: Omit<FollowOptions, "transport"> & {
    readonly config: InClusterConfig;
    readonly keepAlive: (port: number) => void;
  },
): PodSource {
  return async (tell, signal) => {
    using transport = createTransport(options.config, { keepAlive: options.keepAlive });
    await followPod({ ...options, transport })(tell, signal);
  };
}

/**
 * Follows one pod by LIST and WATCH, like client-go's reflector: whatever fails is told as a failure
 * and tried again, until `signal` aborts.
 *
 * The first list is served from the API server's cache ("0") when the uid is known, since a stale
 * answer can then be told by its uid or its absence; any other list asks etcd, which for one name is
 * the read of one key. A pod that the consistent list does not have is gone if it was ever seen, or
 * if the uid is known: the token then proves that the pod has been there. Otherwise its name or
 * namespace is probably wrong, which is told as a failure. Once gone a pod does not come back: a pod
 * of the same name is another one, so no further request is made.
 */
export function followPod(options: FollowOptions): PodSource {
  const { namespace, name, clock = realClock } = options;
  const { now, random } = clock;

  return async (tell, signal) => {
    const requests = createPodRequests({
      ...options,
      firstByteTimeoutMs: options.firstByteTimeoutMs ?? 10_000,
      idleTimeoutMs: options.idleTimeoutMs ?? 180_000,
    });
    let retry = NOTHING_ASKED;
    let uid = options.uid;
    let seen: string | undefined;
    let gone = false;

    /** What came of a request, and how long to wait after it, in milliseconds. */
    const plan = (outcome: RequestOutcome): number => {
      const { state, afterMs } = next(retry, outcome, {
        now: now(),
        // Most outcomes draw none, and the kernel is asked for each.
        get random() {
          return random();
        },
      });
      retry = state;
      return afterMs;
    };
    const say = (news: PodNews) => {
      if (!signal.aborted) tell(news);
    };
    const pause = async (ms: number) => {
      if (ms > 0) await clock.sleep(ms, signal);
    };

    function observe(pod: Pod): void {
      uid ??= pod.metadata.uid;
      // An unchanged object is not news, except that a first one always is.
      if (seen !== undefined && seen === pod.metadata.resourceVersion) return;
      seen = pod.metadata.resourceVersion ?? "";
      plan({ kind: "changed" });
      say({ kind: "observed", pod });
    }
    const isOther = (pod: Pod) => uid !== undefined && pod.metadata.uid !== uid;

    function vanish(): void {
      gone = true;
      say({ kind: "gone" });
    }

    async function listOrGet(version: "0" | "") {
      try {
        return await requests.list(version, signal);
      } catch (error) {
        const failure = failureOfException(error);
        if (failure.kind !== "forbidden") throw failure;
        try {
          return await requests.get(signal);
        } catch {
          throw failure;
        }
      }
    }

    async function list(): Promise<void> {
      const first = retry.listedAt === undefined;
      let listing = await listOrGet(first && uid !== undefined ? "0" : "");
      plan({ kind: "answered" });
      say({ kind: "answered", watching: false });
      if (first && uid !== undefined && (listing.pod === undefined || isOther(listing.pod))) {
        listing = await listOrGet("");
      }
      if (listing.pod !== undefined && !isOther(listing.pod)) {
        observe(listing.pod);
      } else if (uid !== undefined || seen !== undefined) {
        return vanish();
      } else {
        const retryInMs = plan({ kind: "absent" });
        say({
          kind: "failed",
          message: `pod ${namespace}/${name} is not in the API; ` +
            "are KOORDINATOR_POD_NAME and KOORDINATOR_POD_NAMESPACE this pod's?",
          retryInMs,
          refused: false,
        });
        return await pause(retryInMs);
      }
      await pause(plan({ kind: "listed", resourceVersion: listing.resourceVersion }));
    }

    async function watch(from: string): Promise<void> {
      const startedAt = now();
      let events = 0;
      const seconds = Math.round(MIN_WATCH_SECONDS * (1 + random()));
      for await (const event of requests.watch(from, seconds, signal)) {
        if (event.type === "OPENED") {
          say({ kind: "answered", watching: true });
          continue;
        }
        events++;
        const { metadata } = event.object;
        // Neither a stale event nor the order of a burst may take back what is known.
        if (isOlder(metadata.resourceVersion, retry.resourceVersion)) continue;
        if (event.type === "BOOKMARK") {
          say({ kind: "answered", watching: true });
          advance(metadata.resourceVersion);
          continue;
        }
        if (event.object.metadata.name !== name) continue;
        if (event.type === "DELETED") {
          if (!isOther(event.object)) return vanish();
        } else if (isOther(event.object)) {
          return vanish();
        } else {
          observe(event.object);
        }
        advance(metadata.resourceVersion);
      }
      await pause(plan({ kind: "watched", lastedMs: now() - startedAt, events }));
    }

    function advance(resourceVersion: string | undefined): void {
      if (resourceVersion !== undefined) plan({ kind: "advanced", resourceVersion });
    }

    while (!signal.aborted && !gone) {
      const from = retry.resourceVersion;
      const startedAt = now();
      try {
        if (from === undefined) await list();
        else await watch(from);
      } catch (error) {
        if (signal.aborted) return;
        const failure = failureOfException(error);
        const watching = from !== undefined;
        const lastedMs = now() - startedAt;
        const retryInMs = plan({ kind: "failed", failure, watching, lastedMs });
        // What is put right at once is no failure.
        if (retryInMs > 0) {
          const refused = failure.kind === "forbidden" || failure.kind === "unauthorized";
          say({ kind: "failed", message: failure.message, retryInMs, refused });
        }
        await pause(retryInMs);
      }
    }
    if (!signal.aborted) {
      await new Promise<void>((resolve) =>
        signal.addEventListener("abort", () => resolve(), { once: true })
      );
    }
  };
}

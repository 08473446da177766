import { chance } from "../chance.ts";
import type { Pod } from "../supervisor/pod.ts";
import { createBackoff } from "./backoff.ts";
import { type ApiFailure, failureOfException } from "./failure.ts";
import type { InClusterConfig } from "./in_cluster.ts";
import { createPodRequests } from "./pod_requests.ts";
import type { PodNews, PodSource } from "./pod_source.ts";
import { isOlder } from "./resource_version.ts";
import { createTransport, type Transport } from "./transport.ts";

/** Time and chance, so that a test need not wait for either. */
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
  /** How long an answer may take to begin, in milliseconds. @default 30000 */
  readonly firstByteTimeoutMs?: number;
  /**
   * How long a watch may be silent, in milliseconds: three times the interval of bookmarks, so
   * that only a half-open connection is.
   *
   * @default 180000
   */
  readonly idleTimeoutMs?: number;
  /** @default the real ones */
  readonly clock?: WatchClock;
}

/** client-go's reflector draws the length of each watch from 5 to 10 minutes. */
const MIN_WATCH_SECONDS = 300;
/** A watch shorter than this is not followed by another at once. */
const SHORT_WATCH_MS = 1000;
/** At most one retry of a kind without a delay in this time. */
const HURRY_ONCE_IN_MS = 60_000;
/** A lost event costs at most about this and one watch more. */
const SAFETY_RELIST_MS = 600_000;
/** Where lists are allowed and watches are not, the pod is listed this soon after it changed... */
const FIRST_POLL_MS = 1000;
/** ...and less and less often while it stays the same, to this: half a minute with its jitter... */
const LAST_POLL_MS = 15_000;
/** ...and after this many lists a watch is tried again. */
const POLLS_BEFORE_WATCH = 30;

const realClock: WatchClock = {
  now: () => performance.now(),
  random: chance,
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener("abort", done);
    }),
};

/** Follows one pod with the in-cluster configuration: the source that runs in a real pod. */
export function watchPod(
  options: Omit<FollowOptions, "transport"> & { readonly config: InClusterConfig },
): PodSource {
  return async (tell, signal) => {
    using transport = createTransport(options.config);
    await followPod({ ...options, transport })(tell, signal);
  };
}

/**
 * Follows one pod by LIST and WATCH, like client-go's reflector: whatever fails is told as trouble
 * and tried again, until `signal` aborts.
 *
 * The first list is served from the API server's cache ("0") when the uid is known, since a stale
 * answer can then be told by its uid or its absence; any other list asks etcd, which for one name is
 * the read of one key. A pod that the consistent list does not have is gone if it was ever seen, or
 * if the uid is known: the token then proves that the pod has been there. Otherwise its name or
 * namespace is probably wrong, which is told as trouble. Once gone a pod does not come back: a pod
 * of the same name is another one, so no further request is made.
 */
export function followPod(options: FollowOptions): PodSource {
  const { namespace, name, clock = realClock } = options;
  const { now, random } = clock;

  return async (tell, signal) => {
    const requests = createPodRequests({
      ...options,
      firstByteTimeoutMs: options.firstByteTimeoutMs ?? 30_000,
      idleTimeoutMs: options.idleTimeoutMs ?? 180_000,
    });
    const backoff = createBackoff({ random, now });
    // A pod's network may need a moment (a mesh's proxy that starts beside us): hurry at first.
    const eagerBackoff = createBackoff({ random, now, initialMs: 100 });
    // Somebody is about to create the missing rule: jittered, this stays under 5 s.
    const forbiddenBackoff = createBackoff({ random, now, capMs: 2500 });

    let uid = options.uid;
    let seen: string | undefined;
    let resourceVersion: string | undefined;
    let listedAt = -Infinity;
    let relistAfterMs = 0;
    let answered = false;
    const hurriedAt = { relist: -Infinity, unauthorized: -Infinity };
    const createPollBackoff = () =>
      createBackoff({ random, now, initialMs: FIRST_POLL_MS, capMs: LAST_POLL_MS });
    let pollBackoff = createPollBackoff();
    let pollsLeft = 0;
    let gone = false;

    const say = (news: PodNews) => {
      if (!signal.aborted) tell(news);
    };
    const pause = (ms: number) => clock.sleep(ms, signal);

    function observe(pod: Pod): void {
      uid ??= pod.metadata.uid;
      // An unchanged object is not news, except that a first one always is.
      if (seen !== undefined && seen === pod.metadata.resourceVersion) return;
      seen = pod.metadata.resourceVersion ?? "";
      // One change is often followed by another.
      pollBackoff = createPollBackoff();
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
      const first = listedAt === -Infinity;
      let listing = await listOrGet(first && uid !== undefined ? "0" : "");
      answered = true;
      say({ kind: "answered", watching: false });
      if (first && uid !== undefined && (listing.pod === undefined || isOther(listing.pod))) {
        listing = await listOrGet("");
      }
      if (listing.pod !== undefined && !isOther(listing.pod)) {
        observe(listing.pod);
      } else if (uid !== undefined || seen !== undefined) {
        return vanish();
      } else {
        const retryInMs = backoff();
        say({
          kind: "trouble",
          message: `pod ${namespace}/${name} is not in the API; ` +
            "are KOORDINATOR_POD_NAME and KOORDINATOR_POD_NAMESPACE this pod's?",
          retryInMs,
        });
        return await pause(retryInMs);
      }
      listedAt = now();
      relistAfterMs = SAFETY_RELIST_MS * (1 + random() / 2);
      resourceVersion = listing.resourceVersion;
      if (pollsLeft > 0 || resourceVersion === undefined) {
        pollsLeft = Math.max(0, pollsLeft - 1);
        if (pollsLeft > 0) resourceVersion = undefined;
        await pause(pollBackoff());
      }
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
        if (isOlder(metadata.resourceVersion, resourceVersion)) continue;
        if (event.type === "BOOKMARK") {
          say({ kind: "answered", watching: true });
          resourceVersion = metadata.resourceVersion;
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
        resourceVersion = metadata.resourceVersion ?? resourceVersion;
      }
      if (now() - startedAt < SHORT_WATCH_MS) {
        // A server or proxy that closes at once is not to be asked tens of times a second.
        if (events === 0) resourceVersion = undefined;
        await pause(backoff());
      } else if (now() - listedAt > relistAfterMs) {
        resourceVersion = undefined;
      }
    }

    /** No delay for what is ordinary, an expired version or token, unless it happens repeatedly. */
    function hurry(kind: "relist" | "unauthorized"): number {
      if (now() - hurriedAt[kind] < HURRY_ONCE_IN_MS) return backoff();
      hurriedAt[kind] = now();
      return 0;
    }

    /** The delay before the next try, in milliseconds. */
    function delayAfter(failure: ApiFailure, watching: boolean, lastedMs: number): number {
      switch (failure.kind) {
        case "relist":
          resourceVersion = undefined;
          return hurry(failure.kind);
        case "unauthorized":
          // The transport has dropped the token: the next request reads the file.
          return hurry(failure.kind);
        case "forbidden":
          if (watching) {
            resourceVersion = undefined;
            pollsLeft = POLLS_BEFORE_WATCH;
          }
          return forbiddenBackoff();
        case "broken":
        case "notFound":
          resourceVersion = undefined;
          return backoff();
        case "cut":
          // Where watches do not live, the list has the news.
          if (watching && lastedMs < SHORT_WATCH_MS) resourceVersion = undefined;
          return backoff();
        case "retry":
          return answered ? backoff() : eagerBackoff();
      }
    }

    while (!signal.aborted && !gone) {
      const from = resourceVersion;
      const startedAt = now();
      try {
        if (from === undefined) await list();
        else await watch(from);
      } catch (error) {
        if (signal.aborted) return;
        const failure = failureOfException(error);
        const retryInMs = Math.max(
          delayAfter(failure, from !== undefined, now() - startedAt),
          failure.retryAfterMs ?? 0,
        );
        // What is put right at once is no trouble.
        if (retryInMs > 0) say({ kind: "trouble", message: failure.message, retryInMs });
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

import { type Backoff, type Chance, createBackoff, drawDelay } from "./backoff.ts";
import type { ApiFailure } from "./failure.ts";

/** A watch shorter than this is not followed by another at once, in milliseconds. */
const SHORT_WATCH_MS = 1000;
/** At most one retry of a kind without a delay in this time, in milliseconds. */
const HURRY_ONCE_IN_MS = 60_000;
/** A lost event costs at most about this and one watch more, in milliseconds. */
const SAFETY_RELIST_MS = 600_000;
/** Where lists are allowed and watches are not, the pod is listed this soon after it changed... */
const FIRST_POLL_MS = 1000;
/** ...and less and less often while it stays the same, to this: half a minute with its jitter... */
const LAST_POLL_MS = 15_000;
/** ...and after this many lists a watch is tried again. */
const POLLS_BEFORE_WATCH = 30;

/** Where the requests for one pod stand. */
export interface RetryState {
  /** The version that the next watch starts from; undefined: a list comes first. */
  readonly resourceVersion: string | undefined;
  /** When the pod was last listed, by the steady clock; undefined: never. */
  readonly listedAt: number | undefined;
  /** How long after that the end of a watch is followed by another list, in milliseconds. */
  readonly relistAfterMs: number;
  /** Whether the API server has ever answered as it should. */
  readonly answered: boolean;
  /** How many lists are made before a watch is tried, where watches are forbidden. */
  readonly pollsLeft: number;
  /** When a retry was last made without a delay. */
  readonly hurriedAt: { readonly relist: number; readonly unauthorized: number };
  readonly backoffs: {
    readonly ordinary: Backoff;
    /** A pod's network may need a moment (a mesh's proxy that starts beside us): hurry at first. */
    readonly eager: Backoff;
    /** Somebody is about to create the missing rule: jittered, this stays under 5 s. */
    readonly forbidden: Backoff;
    readonly poll: Backoff;
  };
}

const FIRST_POLL = createBackoff({ initialMs: FIRST_POLL_MS, capMs: LAST_POLL_MS });

/** Before the first request. */
export const NOTHING_ASKED: RetryState = {
  resourceVersion: undefined,
  listedAt: undefined,
  relistAfterMs: 0,
  answered: false,
  pollsLeft: 0,
  hurriedAt: { relist: -Infinity, unauthorized: -Infinity },
  backoffs: {
    ordinary: createBackoff(),
    eager: createBackoff({ initialMs: 100 }),
    forbidden: createBackoff({ capMs: 2500 }),
    poll: FIRST_POLL,
  },
};

/** What came of a request, or while it went on. */
export type RequestOutcome =
  /** A list was answered, whatever it holds. */
  | { readonly kind: "answered" }
  /** The pod is another than it was. */
  | { readonly kind: "changed" }
  /** The list was read; `resourceVersion` is undefined if no watch can start from it. */
  | { readonly kind: "listed"; readonly resourceVersion: string | undefined }
  /** The API server does not know the pod. */
  | { readonly kind: "absent" }
  /** The watch has come to a version. */
  | { readonly kind: "advanced"; readonly resourceVersion: string }
  /** The server ended the watch as it should; how long it lasted, and how many events it had. */
  | { readonly kind: "watched"; readonly lastedMs: number; readonly events: number }
  /** A list, or a watch from a version, failed. */
  | {
    readonly kind: "failed";
    readonly failure: Pick<ApiFailure, "kind" | "retryAfterMs">;
    readonly watching: boolean;
    readonly lastedMs: number;
  };

/** What is to be done: a list, or a watch from `state.resourceVersion`, after `afterMs`. */
export interface RetryStep {
  readonly state: RetryState;
  readonly afterMs: number;
}

/** The whole policy of asking again: what an outcome makes of a state, and how long to wait. */
export function next(state: RetryState, outcome: RequestOutcome, chance: Chance): RetryStep {
  switch (outcome.kind) {
    case "answered":
      return at({ ...state, answered: true });
    case "changed":
      // One change is often followed by another.
      return at({ ...state, backoffs: { ...state.backoffs, poll: FIRST_POLL } });
    case "advanced":
      return at({ ...state, resourceVersion: outcome.resourceVersion });
    case "absent":
      return delayed(state, "ordinary", chance);
    case "listed":
      return listed(state, outcome.resourceVersion, chance);
    case "watched":
      return watched(state, outcome, chance);
    case "failed": {
      const step = failed(state, outcome, chance);
      return { ...step, afterMs: Math.max(step.afterMs, outcome.failure.retryAfterMs ?? 0) };
    }
  }
}

function at(state: RetryState): RetryStep {
  return { state, afterMs: 0 };
}

function delayed(
  state: RetryState,
  name: keyof RetryState["backoffs"],
  chance: Chance,
): RetryStep {
  const { delayMs, backoff } = drawDelay(state.backoffs[name], chance);
  return {
    state: { ...state, backoffs: { ...state.backoffs, [name]: backoff } },
    afterMs: delayMs,
  };
}

function listed(
  state: RetryState,
  resourceVersion: string | undefined,
  chance: Chance,
): RetryStep {
  const now: RetryState = {
    ...state,
    resourceVersion,
    listedAt: chance.now,
    relistAfterMs: SAFETY_RELIST_MS * (1 + chance.random / 2),
  };
  if (state.pollsLeft === 0 && resourceVersion !== undefined) return at(now);
  const pollsLeft = Math.max(0, state.pollsLeft - 1);
  return delayed(
    { ...now, pollsLeft, resourceVersion: pollsLeft > 0 ? undefined : resourceVersion },
    "poll",
    chance,
  );
}

function watched(
  state: RetryState,
  { lastedMs, events }: { readonly lastedMs: number; readonly events: number },
  chance: Chance,
): RetryStep {
  if (lastedMs < SHORT_WATCH_MS) {
    // A server or proxy that closes at once is not to be asked tens of times a second.
    return delayed(events === 0 ? relisting(state) : state, "ordinary", chance);
  }
  const listedFor = chance.now - (state.listedAt ?? -Infinity);
  return at(listedFor > state.relistAfterMs ? relisting(state) : state);
}

function failed(
  state: RetryState,
  { failure, watching, lastedMs }: Extract<RequestOutcome, { kind: "failed" }>,
  chance: Chance,
): RetryStep {
  switch (failure.kind) {
    case "relist":
      return hurried(relisting(state), failure.kind, chance);
    case "unauthorized":
      // The transport has dropped the token: the next request reads the file.
      return hurried(state, failure.kind, chance);
    case "forbidden":
      return delayed(
        watching ? { ...relisting(state), pollsLeft: POLLS_BEFORE_WATCH } : state,
        "forbidden",
        chance,
      );
    case "broken":
    case "notFound":
      return delayed(relisting(state), "ordinary", chance);
    case "cut":
      // Where watches do not live, the list has the news.
      return delayed(
        watching && lastedMs < SHORT_WATCH_MS ? relisting(state) : state,
        "ordinary",
        chance,
      );
    case "retry":
      return delayed(state, state.answered ? "ordinary" : "eager", chance);
  }
}

function relisting(state: RetryState): RetryState {
  return { ...state, resourceVersion: undefined };
}

/** No delay for what is ordinary, an expired version or token, unless it happens repeatedly. */
function hurried(
  state: RetryState,
  kind: keyof RetryState["hurriedAt"],
  chance: Chance,
): RetryStep {
  if (chance.now - state.hurriedAt[kind] < HURRY_ONCE_IN_MS) {
    return delayed(state, "ordinary", chance);
  }
  return at({ ...state, hurriedAt: { ...state.hurriedAt, [kind]: chance.now } });
}

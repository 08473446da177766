import type { Pod } from "../pod/pod.ts";

/** Something that the watch has to say. The watch itself never ends and never throws. */
export type PodNews =
  /** The pod as the API server has it now. */
  | { readonly kind: "observed"; readonly pod: Pod }
  /** The pod's object is gone from the API (deleted, or replaced by a successor with another uid). */
  | { readonly kind: "gone" }
  /**
   * The API server answered as it should. `watching`: to a watch, so that all is well; a list alone
   * may be all that it allows.
   */
  | { readonly kind: "answered"; readonly watching: boolean }
  /**
   * A request failed; it is retried after `retryInMs`. `message` names the remedy where there is one.
   * `refused`: the API server knows the caller or the right to ask not.
   */
  | {
    readonly kind: "failed";
    readonly message: string;
    readonly retryInMs: number;
    readonly refused: boolean;
  };

/** Follows one pod. Stops when `signal` aborts: the returned promise then resolves. */
export type PodSource = (tell: (news: PodNews) => void, signal: AbortSignal) => Promise<void>;

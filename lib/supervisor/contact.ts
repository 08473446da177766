import { log } from "./effects.ts";
import type { Effect } from "./events.ts";
import { admit, type LogThrottle } from "./log_throttle.ts";

/** What is known of the API server, RFC 3339 times. */
export interface Contact {
  /** When it last answered as it should. */
  readonly last: string | undefined;
  /** When a request that failed is made again. */
  readonly nextRetry: string | undefined;
  /** What is wrong, until a watch is open again. */
  readonly error: string | undefined;
  /** Whether nothing is left to be learned of the pod, so that nothing is asked any more. */
  readonly over: boolean;
}

/** What can happen between koordinator and the API server. */
export type ContactEvent =
  /** It is asked from now on. */
  | { readonly kind: "begun" }
  /** `watching`: to a watch, so that all is well; a list alone may be all that it allows. */
  | { readonly kind: "answered"; readonly watching: boolean }
  | { readonly kind: "failed"; readonly message: string; readonly retryInMs: number }
  /** It is asked no more. */
  | { readonly kind: "over" };

/** When something happened, by both clocks in milliseconds: a steady one, and that of 1970. */
export interface Moment {
  readonly now: number;
  readonly date: number;
}

/** What the contact has come to, and what has been told of it. */
export interface ContactState {
  readonly contact: Contact;
  readonly throttle: LogThrottle;
  /** Whether a failure was logged since all was last well. */
  readonly complained: boolean;
}

/** Before the API server was asked. */
export const NO_CONTACT: ContactState = {
  contact: { last: undefined, nextRetry: undefined, error: undefined, over: false },
  throttle: new Map(),
  complained: false,
};

/** What an event makes of the contact, and the line of the log that it is worth, if any. */
export function stepContact(
  state: ContactState,
  event: ContactEvent,
  { now, date }: Moment,
): { readonly state: ContactState; readonly effects: readonly Effect[] } {
  const become = (contact: Partial<Contact>): ContactState => ({
    ...state,
    contact: { ...state.contact, ...contact },
  });
  switch (event.kind) {
    case "begun":
      return { state: become({ over: false }), effects: [] };
    case "over":
      return { state: become({ over: true, nextRetry: undefined }), effects: [] };
    case "failed": {
      const { message, retryInMs } = event;
      const { throttle, suppressed } = admit(state.throttle, message, now);
      const failed = become({ error: message, nextRetry: rfc3339(date + retryInMs) });
      return suppressed === undefined ? { state: { ...failed, throttle }, effects: [] } : {
        state: { ...failed, throttle, complained: true },
        effects: [
          log("warning", "apiFailed", message, { retryInMs: Math.round(retryInMs), suppressed }),
        ],
      };
    }
    case "answered": {
      const answered = become({
        last: rfc3339(date),
        nextRetry: undefined,
        ...event.watching ? { error: undefined } : {},
      });
      return event.watching && state.complained
        ? {
          state: { ...answered, complained: false },
          effects: [log("info", "apiAnswers", "the API server answers again")],
        }
        : { state: answered, effects: [] };
    }
  }
}

function rfc3339(date: number): string {
  return new Date(date).toISOString();
}

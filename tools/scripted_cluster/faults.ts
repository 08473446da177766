/** The faults of docs/reference/faults.md that a scripted API server can play to any client. */
import type { ApiServer, Fault } from "./api_server.ts";
import { ended, pod, ready } from "./pods.ts";

/** One thing that goes wrong, and then goes right. */
export interface Row {
  readonly fault: string;
  /** Makes it happen; called before koordinator starts. */
  readonly inject: (server: ApiServer) => void;
  /** What the log is to say, once; nothing at all if undefined. */
  readonly says?: RegExp;
}

const at = (code: number, more: Partial<Fault & { kind: "status" }> = {}): Fault => ({
  kind: "status",
  code,
  ...more,
});
const stream = (chunk: string, then: (Fault & { kind: "stream" })["then"] = "serve"): Fault => ({
  kind: "stream",
  chunks: [chunk],
  then,
});
const event = (type: string, object: unknown) => `${JSON.stringify({ type, object })}\n`;
const expired = { kind: "Status", code: 410, reason: "Expired", message: "too old version" };
/** An event from before the list, that tells the opposite of what is so. */
const past = (note: string) => {
  const { metadata, ...object } = pod([ended("main", 0), ready("proxy")]);
  return event("MODIFIED", { ...object, note, metadata: { ...metadata, resourceVersion: "7" } });
};
const bookmark = { kind: "Pod", apiVersion: "v1", metadata: { resourceVersion: "101" } };
const accented = new TextEncoder().encode(past("\u00e9"));
/** Between the two bytes of the accented letter. */
const SPLIT = accented.indexOf(0xc3) + 1;

/** Of each object that does not fit, the beginning says enough. */
const BROKEN = /the API server's answer is broken/;

/** All of them; a test, the docs and the comparison with client-go take them from here. */
export const ROWS: readonly Row[] = [
  { fault: "the watch ends cleanly", inject: (s) => s.fail("watch", stream("", "end"), 2) },
  {
    fault: "FIN in the middle of a line",
    inject: (s) => s.fail("watch", stream('{"type":"MODI', "finish"), 2),
    says: /no answer from the API server: error (reading a body|sending request)/,
  },
  {
    fault: "RST in the middle of a line",
    inject: (s) => s.fail("watch", stream('{"type":"MODI', "reset"), 2),
    says: /no answer from the API server: error (reading a body|sending request)/,
  },
  {
    fault: "410 as an event",
    inject: (s) => s.fail("watch", stream(event("ERROR", expired)), 2),
    says: /cannot watch pods: 410 too old version/,
  },
  {
    fault: "410 as a status",
    inject: (s) => s.fail("watch", at(410, { reason: "Expired", message: "too old version" }), 2),
    says: /cannot watch pods: 410 too old version/,
  },
  {
    fault: "401 until the token is read again",
    inject: (s) => s.fail("any", at(401), 2),
    says: /cannot list pods: 401 on purpose; the service account token was not accepted/,
  },
  {
    fault: "403 for a while",
    inject: (s) => s.fail("any", at(403, { reason: "Forbidden", message: "pods is forbidden" }), 2),
    says: /pods is forbidden; the Role of this pod's service account in namespace default needs/,
  },
  {
    fault: "429 with Retry-After",
    inject: (s) => s.fail("any", at(429, { headers: { "retry-after": "1" } }), 1),
    says: /cannot list pods: 429/,
  },
  {
    fault: "429 without Retry-After",
    inject: (s) => s.fail("any", at(429), 2),
    says: /cannot list pods: 429/,
  },
  {
    fault: "500",
    inject: (s) => s.fail("any", at(500), 2),
    says: /cannot list pods: 500 on purpose/,
  },
  { fault: "502", inject: (s) => s.fail("any", at(502), 2), says: /cannot list pods: 502/ },
  { fault: "503", inject: (s) => s.fail("any", at(503), 2), says: /cannot list pods: 503/ },
  {
    fault: "a list that is no JSON",
    inject: (s) => s.fail("list", { kind: "body", body: "<html>" }, 2),
    says: BROKEN,
  },
  {
    fault: "a list of malformed JSON",
    inject: (s) => s.fail("list", { kind: "body", body: '{"metadata":{' }, 2),
    says: BROKEN,
  },
  {
    fault: "a list that is no list of pods",
    inject: (s) => s.fail("list", { kind: "body", body: '{"kind":"Status"}' }, 2),
    says: /the list of pods is not what a Kubernetes API server sends/,
  },
  {
    fault: "a list of more than four megabytes",
    inject: (s) => s.fail("list", { kind: "body", body: "x".repeat(9_000_000) }, 1),
    says: /the API server's answer is broken: an answer of more than 4194304 bytes/,
  },
  {
    fault: "a line that is no JSON",
    inject: (s) => s.fail("watch", stream("nonsense\n"), 2),
    says: BROKEN,
  },
  {
    fault: "a line of malformed JSON",
    inject: (s) => s.fail("watch", stream('{"type":"MODIFIED","object":{\n'), 2),
    says: BROKEN,
  },
  {
    fault: "an unknown event type",
    inject: (s) => s.fail("watch", stream(event("SURPRISE", {})), 2),
    says: /an event of the watch is not what a Kubernetes API server sends/,
  },
  {
    fault: "a line of more than four megabytes",
    inject: (s) => s.fail("watch", stream("x".repeat(9_000_000)), 1),
    says: /the API server's answer is broken: a line of more than 4194304 bytes/,
  },
  { fault: "compressed answers", inject: (s) => s.fail("list", { kind: "gzip" }, 2) },
  {
    fault: "a stale event before the fresh ones",
    inject: (s) => s.fail("watch", stream(past("")), 1),
  },
  {
    fault: "a character split between two packets",
    inject: (s) =>
      s.fail("watch", {
        kind: "stream",
        chunks: [accented.slice(0, SPLIT), accented.slice(SPLIT)],
        then: "serve",
      }),
  },
  {
    fault: "bookmarks alone",
    inject: (s) => s.fail("watch", stream(event("BOOKMARK", bookmark).repeat(20)), 1),
  },
  {
    fault: "watches are forbidden, lists are not",
    inject: (s) => s.fail("watch", at(403, { reason: "Forbidden", message: "no watch" }), 100),
    says: /no watch; the Role of this pod's service account in namespace default needs/,
  },
  {
    fault: "each watch is closed at once",
    inject: (s) => s.fail("watch", stream("", "end"), 5),
  },
  {
    fault: "the API server is not there at the start",
    inject: (s) => s.outage(5_000),
    says: /no answer from the API server: .*tcp connect error/,
  },
  {
    fault: "connections are accepted and closed, as by a mesh that is not up yet",
    inject: (s) => s.turnAway(4),
    says: /no answer from the API server:/,
  },
  {
    fault: "the API server goes away and comes back",
    inject: (s) => s.fail("watch", { kind: "outage", ms: 3_000 }),
    says: /no answer from the API server:/,
  },
];

/** Those that take as long as our own patience; played beside the soak. */
export const SLOW_ROWS: readonly Row[] = [
  {
    fault: "the first answer never comes",
    inject: (s) => s.fail("list", { kind: "hang" }),
    says: /no complete answer from the API server within 10 s/,
  },
  {
    fault: "a watch that is never answered",
    inject: (s) => s.fail("watch", { kind: "hang" }),
    says: /no complete answer from the API server within 10 s/,
  },
  {
    fault: "a half-open connection",
    inject: (s) => s.fail("watch", stream("", "silence")),
    says: /nothing from the API server for 180 s/,
  },
];

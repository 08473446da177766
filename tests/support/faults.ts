/** The faults of docs/reference/faults.md that a scripted API server can play to any client. */
import type { ApiServer, Fault } from "./api_server.ts";
import { pod, unready } from "../supervisor/pods.ts";

/** One thing that goes wrong, and then goes right. */
export interface Row {
  readonly fault: string;
  /** Makes it happen; called before koordinator starts. */
  readonly inject: (server: ApiServer) => void;
  /** What the log is to say, if anything. */
  readonly says?: RegExp;
}

const at = (code: number, more: Partial<Fault & { kind: "status" }> = {}): Fault => ({
  kind: "status",
  code,
  ...more,
});
const stream = (chunk: string, then: "end" | "cut" | "serve" = "serve"): Fault => ({
  kind: "stream",
  chunks: [chunk],
  then,
});
const event = (type: string, object: unknown) => `${JSON.stringify({ type, object })}\n`;
const expired = { kind: "Status", code: 410, reason: "Expired", message: "too old version" };
const stale = event("ADDED", {
  kind: "Pod",
  apiVersion: "v1",
  ...pod([unready("main"), unready("proxy")]),
});
const bookmark = { kind: "Pod", apiVersion: "v1", metadata: { resourceVersion: "101" } };
const accented = new TextEncoder().encode(
  event("MODIFIED", {
    kind: "Pod",
    apiVersion: "v1",
    ...pod([unready("main"), unready("proxy")]),
    note: "\u00e9",
  }),
);
/** Between the two bytes of the accented letter. */
const SPLIT = accented.indexOf(0xc3) + 1;

/** All of them; a test, the docs and the comparison with client-go take them from here. */
export const ROWS: readonly Row[] = [
  { fault: "the watch ends cleanly", inject: (s) => s.fail("watch", stream("", "end"), 2) },
  {
    fault: "the connection is cut in the middle of a line",
    inject: (s) => s.fail("watch", stream('{"type":"MODI', "cut"), 2),
  },
  {
    fault: "410 as an event",
    inject: (s) => s.fail("watch", stream(event("ERROR", expired)), 2),
  },
  { fault: "410 as a status", inject: (s) => s.fail("watch", at(410, { reason: "Expired" }), 2) },
  { fault: "401 until the token is read again", inject: (s) => s.fail("any", at(401), 2) },
  {
    fault: "403 for a while",
    inject: (s) => s.fail("any", at(403, { reason: "Forbidden", message: "pods is forbidden" }), 2),
    says: /pods is forbidden/,
  },
  {
    fault: "429 with Retry-After",
    inject: (s) => s.fail("any", at(429, { headers: { "retry-after": "1" } }), 1),
  },
  { fault: "429 without Retry-After", inject: (s) => s.fail("any", at(429), 2) },
  { fault: "500", inject: (s) => s.fail("any", at(500), 2) },
  { fault: "502", inject: (s) => s.fail("any", at(502), 2) },
  { fault: "503", inject: (s) => s.fail("any", at(503), 2) },
  {
    fault: "a list that is no JSON",
    inject: (s) => s.fail("list", { kind: "body", body: "{" }, 2),
  },
  {
    fault: "a list of more than eight megabytes",
    inject: (s) => s.fail("list", { kind: "body", body: "x".repeat(9_000_000) }, 1),
  },
  { fault: "a line that is no JSON", inject: (s) => s.fail("watch", stream("nonsense\n"), 2) },
  {
    fault: "an unknown event type",
    inject: (s) => s.fail("watch", stream(event("SURPRISE", {})), 2),
  },
  {
    fault: "a line of more than eight megabytes",
    inject: (s) => s.fail("watch", stream("x".repeat(9_000_000)), 1),
  },
  { fault: "compressed answers", inject: (s) => s.fail("list", { kind: "gzip" }, 2) },
  {
    fault: "a stale event before the fresh ones",
    inject: (s) => s.fail("watch", stream(stale), 1),
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
    says: /no watch/,
  },
  {
    fault: "each watch is closed at once",
    inject: (s) => s.fail("watch", stream("", "end"), 5),
  },
];

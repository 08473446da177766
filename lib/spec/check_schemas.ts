import * as v from "valibot";
import { isObject, list, object, refuse, whenNeeded } from "./shapes.ts";
import type { Check, Readiness } from "./spec.ts";
import { path, port } from "./value_schemas.ts";

/** unix(7): sun_path has 108 bytes, the NUL at its end included. */
const MAX_SOCKET_PATH = 107;

const socketPath = () =>
  v.pipe(
    path,
    v.check(
      (text) => new TextEncoder().encode(text).length <= MAX_SOCKET_PATH,
      `a path of at most ${MAX_SOCKET_PATH} bytes, as sockets have`,
    ),
  );

const ADDRESS = '"[HOST:]PORT" or a port such as 8080';

const tcpCheck = (what: string) =>
  v.pipe(
    object({
      tcp: v.pipe(
        v.union([v.string(), v.number()], ADDRESS),
        v.rawTransform<string | number, { host: string; port: number }>(
          ({ dataset, addIssue, NEVER }) => {
            const match = /^(?:(\[[0-9a-fA-F:.]+\]|[\w.-]+):)?(-?\d+)$/.exec(
              String(dataset.value),
            );
            const digits = match?.[2] ?? "";
            const number = digits.length > 5 ? 0 : Number(digits);
            const host = (match?.[1] ?? "127.0.0.1").replace(/^\[(.*)\]$/, "$1");
            if (match !== null && number >= 1 && number <= 65_535) return { host, port: number };
            addIssue({ message: match === null ? ADDRESS : "a port from 1 to 65535" });
            return NEVER;
          },
        ),
      ),
    }, what),
    v.transform(({ tcp }): Check => ({ kind: "tcp", ...tcp })),
  );

const httpCheck = (what: string) =>
  v.pipe(
    object({
      http: object(
        { port, path: v.optional(path, "/") },
        'an object such as {"port": 8080, "path": "/ready"}',
      ),
    }, what),
    v.transform(({ http }): Check => ({ kind: "http", ...http })),
  );

const unixCheck = (what: string) =>
  v.pipe(
    object({ unix: socketPath() }, what),
    v.transform(({ unix }): Check => ({ kind: "unix", path: unix })),
  );

const fileCheck = (what: string) =>
  v.pipe(
    object({ file: path }, what),
    v.transform(({ file }): Check => ({ kind: "file", path: file })),
  );

/** Chooses by the shape, so that a fault is told of the form that was meant and not of all. */
export function checkLike(
  input: Readonly<Record<string, unknown>>,
  what: string,
): v.GenericSchema<unknown, Check> | undefined {
  if (Object.hasOwn(input, "tcp")) return tcpCheck(what);
  if (Object.hasOwn(input, "http")) return httpCheck(what);
  if (Object.hasOwn(input, "unix")) return unixCheck(what);
  return Object.hasOwn(input, "file") ? fileCheck(what) : undefined;
}

/** What execve(2) takes: each ends at a NUL. */
const word = whenNeeded(() =>
  v.pipe(v.string("a text"), v.regex(/^[^\0]*$/, "a text without NUL"))
);

const COMMAND = 'a list of words such as ["/bin/drain", "--now"]';

/** A command, under the key `exec`. */
export const exec = (what: string) =>
  object({
    exec: v.pipe(list(word, COMMAND), v.check(([first]) => (first ?? "") !== "", COMMAND)),
  }, what);

const READINESS = "an object with http, tcp, unix, file or exec";

/** The value of the key `readiness`. */
export const readinessSchema = v.lazy((input): v.GenericSchema<unknown, Readiness> => {
  if (!isObject(input)) return refuse(READINESS);
  return checkLike(input, READINESS) ?? v.pipe(
    exec(READINESS),
    v.transform(({ exec }): Readiness => ({ kind: "exec", command: exec })),
  );
});

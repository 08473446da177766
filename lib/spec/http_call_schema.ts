import * as v from "valibot";
import { seconds } from "./duration.ts";
import { integer, list, object, record } from "./shapes.ts";
import type { HttpCall } from "./spec.ts";
import { duration, path, port } from "./value_schemas.ts";

/** What an HTTP call may take unless the spec says. */
const HTTP_TIMEOUT = seconds(5);

const HTTP_CALL = 'an object such as {"post": {"port": 8080, "path": "/quit"}}';

/** RFC 9110: names are tokens, values are one line of Latin-1. Others would be refused at the call. */
const headers = () =>
  v.pipe(
    record(
      (key) => /^[-!#$%&'*+.^_`|~\w]+$/.test(key) ? key.toLowerCase() : undefined,
      "not the name of an HTTP header",
      v.pipe(
        v.string("a text"),
        v.regex(/^[\t\x20-\x7e\x80-\xff]*$/, "a text of one line, in Latin-1"),
      ),
      'an object such as {"Authorization": "..."}',
    ),
    v.transform((values): Readonly<Record<string, string>> => Object.fromEntries(values)),
  );

const httpTarget = () =>
  object({
    port,
    path: v.optional(path, "/"),
    headers: v.optional(headers(), {}),
    timeout: v.optional(duration),
    retries: v.optional(integer(0, 100), 0),
    accept: v.optional(
      list(integer(100, 599), "a list of HTTP status codes such as [200, 409]"),
    ),
  }, 'an object such as {"port": 8080, "path": "/quit"}');

/** A call, under the name of its method. */
export const httpMethods = () =>
  v.pipe(
    object({
      get: v.optional(httpTarget()),
      post: v.optional(httpTarget()),
      put: v.optional(httpTarget()),
    }, HTTP_CALL),
    v.rawTransform<HttpMethods, HttpCall>(({ dataset, addIssue, NEVER }) => {
      const { get, post, put } = dataset.value;
      const [only, another] = [["GET", get], ["POST", post], ["PUT", put]].flatMap(
        ([method, target]) => {
          if (typeof target !== "object") return [];
          if (method !== "GET" && method !== "POST" && method !== "PUT") return [];
          const { timeout = HTTP_TIMEOUT, accept } = target;
          return [{ ...target, method, timeout, accept } as const];
        },
      );
      if (only !== undefined && another === undefined) return only;
      addIssue({ message: "exactly one of get, post, put" });
      return NEVER;
    }),
  );

type HttpTarget = v.InferOutput<ReturnType<typeof httpTarget>>;
interface HttpMethods {
  readonly get?: HttpTarget | undefined;
  readonly post?: HttpTarget | undefined;
  readonly put?: HttpTarget | undefined;
}

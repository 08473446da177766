import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { failureOfException, failureOfStatus } from "../../lib/kubernetes/failure.ts";

const about = { verb: "list", namespace: "shop" };
const status = (reason?: string, message?: string, retryAfterSeconds?: number) => ({
  code: undefined,
  reason,
  message,
  details: retryAfterSeconds === undefined ? undefined : { retryAfterSeconds },
});

for (
  const [code, reason, kind] of [
    [401, "Unauthorized", "unauthorized"],
    [403, "Forbidden", "forbidden"],
    [404, "NotFound", "notFound"],
    [410, "Gone", "relist"],
    [200, "Expired", "relist"],
    [429, "TooManyRequests", "retry"],
    [500, "InternalError", "retry"],
    [503, "ServiceUnavailable", "retry"],
    [400, "BadRequest", "broken"],
  ] as const
) {
  Deno.test(`a ${code} ${reason} is sorted as ${kind}`, () => {
    assertEquals(failureOfStatus(code, status(reason), about).kind, kind);
  });
}

Deno.test("a version that the server does not have yet leads to a new list", () => {
  const said = status("Timeout", "Too large resource version: 9, current: 5");
  assertEquals(failureOfStatus(504, said, about).kind, "relist");
});

Deno.test("a refusal is told in the server's words, with the rule that is missing", () => {
  const words = 'pods is forbidden: User "system:serviceaccount:shop:default" cannot list';
  const { message } = failureOfStatus(403, status("Forbidden", words), about);
  assertStringIncludes(message, words);
  assertStringIncludes(message, 'resources: ["pods"], verbs: ["list", "watch"]');
});

Deno.test("of a server's endless words a few are kept, and the remedy", () => {
  const { message } = failureOfStatus(403, status("Forbidden", "x".repeat(1_000_000)), about);
  assert(message.length < 1100, `${message.length} characters`);
  assertStringIncludes(message, 'verbs: ["list", "watch"]');
  assert(failureOfException(new Error("x".repeat(1_000_000))).message.length < 1100);
});

for (
  const [what, header, seconds, expected] of [
    ["the header", "3", undefined, 3000],
    ["the details", null, 4, 4000],
    ["neither", null, undefined, undefined],
    ["a date, which no API server sends", "Mon, 01 Jan 2035 00:00:00 GMT", undefined, undefined],
    ["a day, of which it gets five minutes", "86400", undefined, 300_000],
  ] as const
) {
  Deno.test(`the patience asked for by ${what} is kept`, () => {
    const failure = failureOfStatus(429, status("TooManyRequests", "slow down", seconds), {
      ...about,
      retryAfter: header,
    });
    assertEquals(failure.retryAfterMs, expected);
  });
}

Deno.test("an exception is told with its cause, and once", () => {
  const error = new TypeError("error sending request", { cause: new Error("connection refused") });
  const failure = failureOfException(error);
  assertEquals(failure.kind, "retry");
  assertStringIncludes(failure.message, "error sending request: connection refused");
  assertEquals(failureOfException(failure), failure);
});

Deno.test("an answer that is no JSON is broken", () => {
  assertEquals(failureOfException(new SyntaxError("Unexpected token")).kind, "broken");
});

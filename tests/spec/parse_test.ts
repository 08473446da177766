import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { KoordinatorError } from "../../lib/errors.ts";
import { JSON_SCHEMA } from "../../lib/spec/json_schema.ts";
import { parseSpec } from "../../lib/spec/parse.ts";
import { SPEC_KEYS } from "../../lib/spec/schema.ts";
import { DEFAULT_SPEC, type Spec } from "../../lib/spec/spec.ts";
import { milliseconds, seconds } from "../../lib/spec/duration.ts";

const parse = (value: unknown) => parseSpec(JSON.stringify(value), "KOORDINATOR_SPEC");

Deno.test("an empty spec has every default", () => {
  assertEquals(parse({}), { ...DEFAULT_SPEC });
});

const call = {
  path: "/",
  headers: {},
  timeout: seconds(5),
  retries: 0,
  accept: undefined,
} as const;
const valid: readonly (readonly [unknown, Partial<Spec>])[] = [
  [{ startDeps: ["a"] }, {
    startDeps: [{ kind: "container", container: "a", until: "ready", optional: false }],
  }],
  [{ startDeps: [{ container: "a", until: "succeeded", optional: true }] }, {
    startDeps: [{ kind: "container", container: "a", until: "succeeded", optional: true }],
  }],
  [{ startDeps: [{ tcp: "5432" }, { tcp: "db:1" }, { tcp: "[::1]:80" }] }, {
    startDeps: [
      { kind: "tcp", host: "127.0.0.1", port: 5432 },
      { kind: "tcp", host: "db", port: 1 },
      { kind: "tcp", host: "::1", port: 80 },
    ],
  }],
  [{ startDeps: [{ http: { port: 80, path: "/ready" } }, { file: "/tmp/ready" }] }, {
    startDeps: [{ kind: "http", port: 80, path: "/ready" }, { kind: "file", path: "/tmp/ready" }],
  }],
  [{ startTimeout: "1m30s", onStartTimeout: "start" }, {
    startTimeout: seconds(90),
    onStartTimeout: "start",
  }],
  [{ stopDeps: ["a", { container: "b", when: "failed" }], stopWhen: "all" }, {
    stopDeps: [{ container: "a", when: "final" }, { container: "b", when: "failed" }],
    stopWhen: "all",
  }],
  [{ whenStopDepExited: "default" }, { whenStopDepExited: { kind: "default" } }],
  [{ whenStopDepExited: { signal: "int" } }, {
    whenStopDepExited: { kind: "signal", signal: "SIGINT" },
  }],
  ...(["get", "post", "put"] as const).map((method) =>
    [{ whenStopDepExited: { http: { [method]: { port: 9091 } } } }, {
      whenStopDepExited: {
        kind: "http",
        call: {
          ...call,
          method: method === "get" ? "GET" : method === "post" ? "POST" : "PUT",
          port: 9091,
        },
      },
    }] as const
  ),
  [{ whenStopDepExited: { exec: ["/quit", "-a"] } }, {
    whenStopDepExited: { kind: "exec", command: ["/quit", "-a"] },
  }],
  [{ stopDelay: "500ms", termSignal: 3, termTimeout: "2h" }, {
    stopDelay: milliseconds(500),
    termSignal: "SIGQUIT",
    termTimeout: seconds(7200),
  }],
  [{ killedByStopDepExitCode: 9, terminatedByStopDepExitCode: -1, killMode: "group" }, {
    killedByStopDepExitCode: 9,
    terminatedByStopDepExitCode: -1,
    killMode: "group",
  }],
  [{ exitCodes: { "143": 0, "7": 1 } }, { exitCodes: new Map([[143, 0], [7, 1]]) }],
  [{ signals: { TERM: "QUIT", "1": null }, handOver: false }, {
    signals: new Map([["SIGTERM", "SIGQUIT"], ["SIGHUP", null]]),
    handOver: false,
  }],
  [{ restart: { policy: "onFailure", maxRetries: 3, backoff: "2s" } }, {
    restart: { policy: "onFailure", maxRetries: 3, backoff: seconds(2) },
  }],
  [{
    afterExit: [{
      http: { post: { port: 15020, path: "/quitquitquit", retries: 2, accept: [200, 409] } },
    }],
  }, {
    afterExit: [{
      call: {
        ...call,
        method: "POST",
        port: 15020,
        path: "/quitquitquit",
        retries: 2,
        accept: [200, 409],
      },
      on: undefined,
      lastOf: [],
    }],
  }],
];

for (const [input, expected] of valid) {
  Deno.test(`a spec may hold ${JSON.stringify(input)}`, () => {
    assertEquals(parse(input), { ...DEFAULT_SPEC, ...expected });
  });
}

const faults: readonly (readonly [unknown, string])[] = [
  [{ stopDely: "1s" }, '$.stopDely: unknown key, did you mean "stopDelay"?'],
  [{ stopDelay: 10 }, "$.stopDelay: expected a duration"],
  [{ stopDelay: "10" }, '$.stopDelay: expected a duration such as "500ms", "10s", "1m30s"'],
  [{ startDeps: "a" }, '$.startDeps: expected a list, found "a"'],
  [{ startDeps: ["A b"] }, "$.startDeps[0]: expected a container name"],
  [{ startDeps: [{ container: "a", until: "redy" }] }, 'did you mean "ready"?'],
  [{ startDeps: [{ tcp: "::1:80" }] }, '$.startDeps[0].tcp: expected "[HOST:]PORT"'],
  [{ stopDeps: [{ container: "a", when: "finl" }] }, "$.stopDeps[0].when: expected final"],
  [{ termSignal: "SIGFOO" }, "$.termSignal: expected a signal"],
  [{ termSignal: "KILL" }, "$.termSignal: expected a signal that a program can catch"],
  [{ killedByStopDepExitCode: 256 }, "expected a whole number from 0 to 255, found 256"],
  [{ whenStopDepExited: { http: { post: { port: 0 } } } }, "$.whenStopDepExited.http.post.port"],
  [{ whenStopDepExited: { http: {} } }, "expected exactly one of get, post, put"],
  [{ whenStopDepExited: { http: { pst: {} } } }, 'did you mean "post"?'],
  [{ exitCodes: { "256": 0 } }, "$.exitCodes"],
  [{ exitCodes: { "1": -1 } }, "expected a whole number from 0 to 255, found -1"],
  [{ signals: { SIGCHLD: "SIGTERM" } }, "only signals that are passed on, and SIGCHLD is none"],
  [{ signals: { SIGTERM: "SIGFOO" } }, "$.signals.SIGTERM: expected a signal"],
  [{ restart: { policy: "sometimes" } }, "$.restart.policy: expected never, onFailure, always"],
  [[], "$: expected an object, found a list"],
  ["x", "$: expected an object"],
];

for (const [input, message] of faults) {
  Deno.test(`a spec may not hold ${JSON.stringify(input)}, and is told why`, () => {
    const error = assertThrows(() => parse(input), KoordinatorError, message);
    assertEquals(error.exitCode, 125);
  });
}

Deno.test("text that is no JSON is told with its line and column, and is not repeated", () => {
  const error = assertThrows(
    () => parseSpec('{\n  "secret" "x"\n}', "KOORDINATOR_SPEC"),
    KoordinatorError,
    "line 2, column 12",
  );
  assert(!error.message.includes("secret"));
});

Deno.test("the values of headers are never told", () => {
  const target = { port: 1, headers: { Authorization: "Bearer secret" } };
  const error = assertThrows(
    () => parse({ whenStopDepExited: { http: { get: target, post: target } } }),
    KoordinatorError,
  );
  assert(!error.message.includes("secret"));
});

Deno.test("all faults are told at once", () => {
  const error = assertThrows(() => parse({ stopDelay: 1, killMode: "x" }), KoordinatorError);
  assertStringIncludes(error.message, "$.stopDelay");
  assertStringIncludes(error.message, "$.killMode");
});

Deno.test("any text is a spec or a clear error", () => {
  const texts = fc.oneof(
    fc.string(),
    fc.json(),
    fc.jsonValue().map((value) => JSON.stringify(value)),
  );
  fc.assert(fc.property(texts, (text) => {
    try {
      parseSpec(text, "KOORDINATOR_SPEC");
    } catch (error) {
      assert(error instanceof KoordinatorError);
      assertEquals(error.exitCode, 125);
    }
  }));
});

Deno.test("the JSON Schema has the keys that the parser has", () => {
  assertEquals(Object.keys(JSON_SCHEMA.properties).sort(), [...SPEC_KEYS].sort());
});

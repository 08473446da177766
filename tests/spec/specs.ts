import { milliseconds, seconds } from "../../lib/spec/duration.ts";
import type { Spec } from "../../lib/spec/spec.ts";

const call = {
  path: "/",
  headers: {},
  timeout: seconds(5),
  retries: 0,
  accept: undefined,
} as const;
/** Specs, and what they say beside the defaults. */
export const valid: readonly (readonly [unknown, Partial<Spec>])[] = [
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
  [{ startDeps: [{ unix: "/run/db.sock" }] }, {
    startDeps: [{ kind: "unix", path: "/run/db.sock" }],
  }],
  [{ stopDeps: [{ container: "a", exitCode: 3 }, { container: "b", exitCode: -1 }] }, {
    stopDeps: [
      { container: "a", when: "final", exitCode: 3 },
      { container: "b", when: "final", exitCode: -1 },
    ],
  }],
  [{ readiness: { http: { port: 9090, path: "/readiness" } } }, {
    readiness: { kind: "http", port: 9090, path: "/readiness" },
  }],
  [{ readiness: { tcp: 5432 } }, { readiness: { kind: "tcp", host: "127.0.0.1", port: 5432 } }],
  [{ readiness: { unix: "/run/db.sock" } }, { readiness: { kind: "unix", path: "/run/db.sock" } }],
  [{ readiness: { file: "/tmp/ready" } }, { readiness: { kind: "file", path: "/tmp/ready" } }],
  [{ readiness: { exec: ["pg_isready", "-q"] } }, {
    readiness: { kind: "exec", command: ["pg_isready", "-q"] },
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
  [{ stopLinger: "600h" }, { stopLinger: milliseconds(600 * 3_600_000) }],
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

/** What is no spec, and part of what is said of it. */
export const faults: readonly (readonly [unknown, string])[] = [
  [{ stopDely: "1s" }, '$.stopDely: unknown key, did you mean "stopDelay"?'],
  [{ stopDelay: 10 }, "$.stopDelay: expected a duration"],
  [{ stopDelay: "10" }, '$.stopDelay: expected a duration such as "500ms", "10s", "1m30s"'],
  [{ startDeps: "a" }, '$.startDeps: expected a list such as ["proxy"]'],
  [{ startDeps: ["A b"] }, "$.startDeps[0]: expected a container name"],
  [{ startDeps: [{ container: "a", until: "redy" }] }, 'did you mean "ready"?'],
  [{ startDeps: [{ tcp: "::1:80" }] }, '$.startDeps[0].tcp: expected "[HOST:]PORT"'],
  [{ startDeps: [{ tcp: 70_000 }] }, "$.startDeps[0].tcp: expected a port from 1 to 65535"],
  [{ startDeps: [{ tcp: "db:0" }] }, "$.startDeps[0].tcp: expected a port from 1 to 65535"],
  [
    { readiness: { tcp: 123_456 } },
    "$.readiness.tcp: expected a port from 1 to 65535, found 123456",
  ],
  [{ readiness: { tcp: -1 } }, "$.readiness.tcp: expected a port from 1 to 65535, found -1"],
  [{ readiness: { tcp: true } }, '$.readiness.tcp: expected "[HOST:]PORT" or a port such as 8080'],
  [{ stopDeps: [{ container: "a", when: "finl" }] }, "$.stopDeps[0].when: expected final"],
  [{ termSignal: "SIGFOO" }, "$.termSignal: expected a signal"],
  [{ termSignal: "KILL" }, "$.termSignal: expected a signal that a program can catch"],
  [{ killedByStopDepExitCode: 256 }, "expected a whole number from 0 to 255, found 256"],
  [{ whenStopDepExited: { http: { post: { port: 0 } } } }, "$.whenStopDepExited.http.post.port"],
  [{ whenStopDepExited: { http: {} } }, "expected exactly one of get, post, put"],
  [{ whenStopDepExited: { http: { pst: {} } } }, 'did you mean "post"?'],
  [{ startDeps: [{ unix: `/${"a".repeat(107)}` }] }, "expected a path of at most 107 bytes"],
  [{ startDeps: [{ exec: ["a"] }] }, "$.startDeps[0].exec: unknown key"],
  [{ stopDeps: [{ container: "a", exitCode: 256 }] }, "$.stopDeps[0].exitCode: expected a whole"],
  [{ readiness: "ready" }, "$.readiness: expected an object with http, tcp, unix, file or exec"],
  [{ readiness: { exec: [] } }, "$.readiness.exec: expected a list of words"],
  [{ readiness: { httpGet: { port: 1 } } }, "$.readiness.httpGet: unknown key"],
  [{ exitCodes: { "256": 0 } }, "$.exitCodes"],
  [{ exitCodes: { "1": -1 } }, "expected a whole number from 0 to 255, found -1"],
  [{ signals: { SIGCHLD: "SIGTERM" } }, "$.signals.SIGCHLD: not a signal that is passed on"],
  [{ signals: { SIGTERM: "SIGFOO" } }, "$.signals.SIGTERM: expected a signal"],
  [{ restart: { policy: "sometimes" } }, "$.restart.policy: expected never, onFailure, always"],
  [[], '$: expected an object such as {"startDeps": ["proxy"]}, found a list'],
  [{ stopDely: 1, foo: 1, __proto__x: 1 }, "$.foo: unknown key"],
  [JSON.parse('{"__proto__":{"stopDeps":["a"]}}'), "$.__proto__: unknown key"],
  [{ constructor: 1, toString: 1 }, "$.toString: unknown key"],
  [{ exitCodes: [143] }, '$.exitCodes: expected an object of exit codes such as {"143": 0}'],
  [{ exitCodes: { "07": 0 } }, "$.exitCodes.07: not an exit code, 0 to 255"],
  [{ signals: ["SIGTERM"] }, '$.signals: expected an object such as {"SIGTERM": "SIGQUIT"}'],
  [{ signals: { TERM: "QUIT", "15": "INT" } }, '$.signals.TERM: the same as "15"'],
  [{ restart: ["always"] }, "$.restart: expected an object"],
  [{ startDeps: [["a"]] }, "$.startDeps[0]: expected a container name, or an object"],
  [{ startDeps: [{ http: "http://localhost:8080/ready" }] }, '{"port": 8080, "path": "/ready"}'],
  [{ startDeps: [{ http: { port: "8080" } }] }, 'found "8080": write 8080 without quotes'],
  [{ startDeps: [{ file: "ready" }] }, '$.startDeps[0].file: expected a path that begins with "/"'],
  [{ startDeps: [{ file: "/a\0b" }] }, "$.startDeps[0].file: expected a path"],
  [{ startDeps: [{ container: "a", optional: "true" }] }, "write true without quotes"],
  [{ stopDeps: ["main,other"] }, "write each name in quotes of its own"],
  [{ stopDeps: ["{{ .Values.main }}"] }, "a template expression that nobody has rendered"],
  [{ stopDeps: ["$(MAIN)"] }, "a variable that nobody has replaced by its value"],
  [{ stopDeps: [{}] }, "$.stopDeps[0].container: missing"],
  [{ termTimeout: 30 }, 'found 30: write "30s" for seconds'],
  [{ termTimeout: "30" }, 'found "30": write "30s" for seconds'],
  [{ killedByStopDepExitCode: "0" }, 'found "0": write 0 without quotes'],
  [
    { whenStopDepExited: { exec: "curl -H secret" } },
    "$.whenStopDepExited.exec: expected a list of words",
  ],
  [{ whenStopDepExited: { exec: [""] } }, "$.whenStopDepExited.exec: expected a list of words"],
  [
    { whenStopDepExited: { http: { get: { port: 1, headers: ["a"] } } } },
    ".headers: expected an object",
  ],
  [
    { whenStopDepExited: { http: { get: { port: 1, headers: { "a b": "" } } } } },
    "not the name of",
  ],
  [{ whenStopDepExited: { http: { get: { port: 1, headers: { A: "", a: "" } } } } }, "the same as"],
  [
    { whenStopDepExited: { http: { get: { port: 1, headers: { a: "b\nc" } } } } },
    "a text of one line",
  ],
  [{ ["\u001b[31m\n"]: 1 }, '$["\\u001b[31m\\n"]: unknown key'],
  ["x", "$: expected an object"],
];

/** What is right in few places. */
export const WRONG: readonly unknown[] = [null, true, -1, 1.5, 1e400, "", "x y", [], [null], {}, {
  x: 1,
}];

/** A value with each of its parts, one after the other, replaced by `put`. */
export function replaced(value: unknown, put: unknown): readonly unknown[] {
  if (typeof value !== "object" || value === null) return [put];
  const entries = Object.entries(value);
  return [
    put,
    ...entries.flatMap(([name, inside]) =>
      replaced(inside, put).map((part) =>
        Array.isArray(value)
          ? value.map((each, index) => String(index) === name ? part : each)
          : { ...value, [name]: part }
      )
    ),
  ];
}

import * as v from "valibot";
import { type Duration, parseDuration, seconds } from "./duration.ts";
import { isForwarded, parseSignal, type SignalName } from "./signal.ts";
import {
  type AfterExit,
  DEFAULT_SPEC,
  type HttpCall,
  type Restart,
  type Spec,
  type StartDependency,
  type StopAction,
  type StopDependency,
} from "./spec.ts";

// What most specs do not have is a function, whose schema is made when it is met: each that is made
// takes time on the way to the command.

/** What an HTTP call may take unless the spec says. */
const HTTP_TIMEOUT = seconds(5);

/** A container's name is a DNS label (RFC 1123), as the API server demands. */
const containerName = v.pipe(
  v.string("a container name"),
  v.regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, "a container name (lower case, digits, -)"),
);

const duration = v.pipe(
  v.string('a duration such as "10s"'),
  v.rawTransform<string, Duration>(({ dataset, addIssue, NEVER }) => {
    const parsed = parseDuration(dataset.value);
    if (parsed !== undefined) return parsed;
    addIssue({ message: 'a duration such as "500ms", "10s", "1m30s"' });
    return NEVER;
  }),
);

const signal = v.pipe(
  v.union([v.string(), v.number()], 'a signal such as "SIGTERM", "TERM" or 15'),
  v.rawTransform<string | number, SignalName>(({ dataset, addIssue, NEVER }) => {
    const parsed = parseSignal(dataset.value);
    if (parsed !== undefined) return parsed;
    addIssue({ message: 'a signal such as "SIGTERM", "TERM" or 15' });
    return NEVER;
  }),
);

const termSignal = v.pipe(
  signal,
  v.check(
    (name) => name !== "SIGKILL" && name !== "SIGSTOP",
    "a signal that a program can catch (not SIGKILL or SIGSTOP)",
  ),
);

const integer = (low: number, high: number) => {
  const what = `a whole number from ${low} to ${high}`;
  return v.pipe(v.number(what), v.integer(what), v.minValue(low, what), v.maxValue(high, what));
};

const port = integer(1, 65_535);

const path = v.pipe(v.string("a path"), v.startsWith("/", 'a path that begins with "/"'));

const httpTarget = () =>
  v.strictObject({
    port,
    path: v.optional(path, "/"),
    headers: v.optional(v.record(v.string(), v.string()), {}),
    timeout: v.optional(duration),
    retries: v.optional(integer(0, 100), 0),
    accept: v.optional(v.array(integer(100, 599), "a list of HTTP status codes")),
  });

const httpMethods = () =>
  v.pipe(
    v.strictObject({
      get: v.optional(httpTarget()),
      post: v.optional(httpTarget()),
      put: v.optional(httpTarget()),
    }),
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

const namedStart = () =>
  v.pipe(
    containerName,
    v.transform((container): StartDependency => ({
      kind: "container",
      container,
      until: "ready",
      optional: false,
    })),
  );

const containerStart = () =>
  v.pipe(
    v.strictObject({
      container: containerName,
      until: v.optional(v.picklist(["started", "ready", "succeeded", "terminated"]), "ready"),
      optional: v.optional(v.boolean("true or false"), false),
    }),
    v.transform((value): StartDependency => ({ kind: "container", ...value })),
  );

const tcpStart = () =>
  v.pipe(
    v.strictObject({
      tcp: v.pipe(
        v.union([v.string(), v.number()], '"[HOST:]PORT"'),
        v.rawTransform<string | number, { host: string; port: number }>(
          ({ dataset, addIssue, NEVER }) => {
            const match = /^(?:(\[[0-9a-fA-F:.]+\]|[\w.-]+):)?(\d{1,5})$/.exec(
              String(dataset.value),
            );
            const number = Number(match?.[2]);
            const host = (match?.[1] ?? "127.0.0.1").replace(/^\[(.*)\]$/, "$1");
            if (match !== null && number >= 1 && number <= 65_535) return { host, port: number };
            addIssue({ message: '"[HOST:]PORT"' });
            return NEVER;
          },
        ),
      ),
    }),
    v.transform(({ tcp }): StartDependency => ({ kind: "tcp", ...tcp })),
  );

const httpStart = () =>
  v.pipe(
    v.strictObject({ http: v.strictObject({ port, path: v.optional(path, "/") }) }),
    v.transform(({ http }): StartDependency => ({ kind: "http", ...http })),
  );

const fileStart = () =>
  v.pipe(
    v.strictObject({ file: path }),
    v.transform(({ file }): StartDependency => ({ kind: "file", path: file })),
  );

/** Chooses by the shape, so that a fault is told of the form that was meant and not of all. */
const startDependency = v.lazy((input): v.GenericSchema<unknown, StartDependency> => {
  if (typeof input !== "object" || input === null) return namedStart();
  if ("tcp" in input) return tcpStart();
  if ("http" in input) return httpStart();
  if ("file" in input) return fileStart();
  return containerStart();
});

const namedStop = () =>
  v.pipe(
    containerName,
    v.transform((container): StopDependency => ({ container, when: "final" })),
  );

const containerStop = () =>
  v.strictObject({
    container: containerName,
    when: v.optional(v.picklist(["final", "terminated", "succeeded", "failed"]), "final"),
  });

const stopDependency = v.lazy((input): v.GenericSchema<unknown, StopDependency> =>
  typeof input === "object" && input !== null ? containerStop() : namedStop()
);

const stopAction = v.lazy((input): v.GenericSchema<unknown, StopAction> => {
  if (typeof input !== "object" || input === null) {
    return v.pipe(
      v.literal("default", '"default", {"signal": ..}, {"http": ..} or {"exec": [..]}'),
      v.transform((): StopAction => ({ kind: "default" })),
    );
  }
  if ("http" in input) {
    return v.pipe(
      v.strictObject({ http: httpMethods() }),
      v.transform(({ http }): StopAction => ({ kind: "http", call: http })),
    );
  }
  if ("exec" in input) {
    return v.pipe(
      v.strictObject({
        exec: v.pipe(v.array(v.string()), v.minLength(1, "a command and its arguments")),
      }),
      v.transform(({ exec }): StopAction => ({ kind: "exec", command: exec })),
    );
  }
  return v.pipe(
    v.strictObject({ signal }),
    v.transform((value): StopAction => ({ kind: "signal", signal: value.signal })),
  );
});

const afterExit = () =>
  v.pipe(
    v.strictObject({
      http: httpMethods(),
      on: v.optional(v.picklist(["always", "success", "failure"])),
      lastOf: v.optional(v.array(containerName, "a list"), []),
    }),
    v.transform(({ http, on, lastOf }): AfterExit => ({ call: http, on, lastOf })),
  );

const exitCode = integer(0, 255);

const exitCodes = () =>
  v.pipe(
    v.record(
      v.pipe(
        v.string(),
        v.regex(/^(\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])$/, "an exit code, 0 to 255"),
      ),
      exitCode,
      'an object of exit codes such as {"143": 0}',
    ),
    v.transform((codes): ReadonlyMap<number, number> =>
      new Map(Object.entries(codes).map(([from, to]) => [Number(from), to]))
    ),
  );

const restart = () =>
  v.pipe(
    v.strictObject({
      policy: v.picklist(["never", "onFailure", "always"]),
      maxRetries: v.optional(integer(0, 1_000_000)),
      backoff: v.optional(duration),
    }),
    v.transform(({ policy, maxRetries, backoff }): Restart => ({
      policy,
      maxRetries,
      backoff: backoff ?? DEFAULT_SPEC.restart.backoff,
    })),
  );

const signals = () =>
  v.pipe(
    v.record(v.string(), v.nullable(signal), 'an object such as {"SIGTERM": "SIGQUIT"}'),
    v.rawTransform<Record<string, SignalName | null>, Spec["signals"]>(
      ({ dataset, addIssue, NEVER }) => {
        const rewritten = new Map<SignalName, SignalName | null>();
        for (const [key, to] of Object.entries(dataset.value)) {
          const from = parseSignal(key);
          if (from === undefined || !isForwarded(from)) {
            addIssue({ message: `only signals that are passed on, and ${key} is none` });
            return NEVER;
          }
          rewritten.set(from, to);
        }
        return rewritten;
      },
    ),
  );

const entries = {
  startDeps: v.optional(v.array(startDependency, "a list"), []),
  startTimeout: v.optional(duration),
  onStartTimeout: v.optional(v.picklist(["fail", "start"]), DEFAULT_SPEC.onStartTimeout),
  stopDeps: v.optional(v.array(stopDependency, "a list"), []),
  stopWhen: v.optional(v.picklist(["any", "all"]), DEFAULT_SPEC.stopWhen),
  whenStopDepExited: v.optional(stopAction, "default"),
  stopDelay: v.optional(duration),
  termSignal: v.optional(termSignal, DEFAULT_SPEC.termSignal),
  termTimeout: v.optional(duration),
  killedByStopDepExitCode: v.optional(integer(0, 255), DEFAULT_SPEC.killedByStopDepExitCode),
  terminatedByStopDepExitCode: v.optional(
    integer(Number.MIN_SAFE_INTEGER, 255),
    DEFAULT_SPEC.terminatedByStopDepExitCode,
  ),
  killMode: v.optional(v.picklist(["mixed", "process", "group"]), DEFAULT_SPEC.killMode),
  afterExit: v.optional(v.array(v.lazy(afterExit), "a list"), []),
  exitCodes: v.optional(v.lazy(exitCodes)),
  restart: v.optional(v.lazy(restart)),
  signals: v.optional(v.lazy(signals)),
  handOver: v.optional(v.boolean("true or false"), DEFAULT_SPEC.handOver),
};

/** All keys of the spec. */
export const SPEC_KEYS: readonly string[] = Object.keys(entries);

/** The spec as users write it, and what becomes of it. */
export const specSchema: v.GenericSchema<unknown, Spec> = v.pipe(
  v.unknown(),
  v.check((input) => !Array.isArray(input), "an object"),
  v.strictObject(entries, "an object"),
  v.transform((value): Spec => ({
    ...value,
    startTimeout: value.startTimeout,
    stopDelay: value.stopDelay ?? DEFAULT_SPEC.stopDelay,
    termTimeout: value.termTimeout ?? DEFAULT_SPEC.termTimeout,
    exitCodes: value.exitCodes ?? DEFAULT_SPEC.exitCodes,
    restart: value.restart ?? DEFAULT_SPEC.restart,
    signals: value.signals ?? DEFAULT_SPEC.signals,
  })),
);

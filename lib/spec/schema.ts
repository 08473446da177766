import * as v from "valibot";
import { checkLike, exec, readinessSchema } from "./check_schemas.ts";
import { httpMethods } from "./http_call_schema.ts";
import { integer, isObject, list, object, oneOf, record, refuse } from "./shapes.ts";
import { isForwarded, parseSignal } from "./signal.ts";
import {
  type AfterExit,
  DEFAULT_SPEC,
  type Restart,
  type Spec,
  type StartDependency,
  type StopAction,
  type StopDependency,
} from "./spec.ts";
import {
  containerName,
  duration,
  exitCode,
  exitCodeOrOwn,
  NAMES,
  signal,
  termSignal,
} from "./value_schemas.ts";

// What most specs do not have is a function, whose schema is made when it is met: each that is made
// takes time on the way to the command.

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

const START_DEPENDENCY = "a container name, or an object with container, tcp, http, unix or file";

const containerStart = () =>
  v.pipe(
    object({
      container: containerName,
      until: v.optional(oneOf(["started", "ready", "succeeded", "terminated"]), "ready"),
      optional: v.optional(v.boolean("true or false"), false),
    }, START_DEPENDENCY),
    v.transform((value): StartDependency => ({ kind: "container", ...value })),
  );

const startDependency = v.lazy((input): v.GenericSchema<unknown, StartDependency> => {
  if (!isObject(input)) return typeof input === "string" ? namedStart() : refuse(START_DEPENDENCY);
  return checkLike(input, START_DEPENDENCY) ?? containerStart();
});

const namedStop = () =>
  v.pipe(
    containerName,
    v.transform((container): StopDependency => ({ container, when: "final" })),
  );

const STOP_DEPENDENCY = 'a container name, or an object such as {"container": "main"}';

const containerStop = () =>
  object({
    container: containerName,
    when: v.optional(oneOf(["final", "terminated", "succeeded", "failed"]), "final"),
    exitCode: v.optional(exitCodeOrOwn),
  }, STOP_DEPENDENCY);

const stopDependency = v.lazy((input): v.GenericSchema<unknown, StopDependency> =>
  typeof input === "string" ? namedStop() : containerStop()
);

const STOP_ACTION = '"default", {"signal": ..}, {"http": ..} or {"exec": [..]}';

const stopAction = v.lazy((input): v.GenericSchema<unknown, StopAction> => {
  if (!isObject(input)) {
    return v.pipe(
      v.literal("default", STOP_ACTION),
      v.transform((): StopAction => ({ kind: "default" })),
    );
  }
  if (Object.hasOwn(input, "http")) {
    return v.pipe(
      object({ http: httpMethods() }, STOP_ACTION),
      v.transform(({ http }): StopAction => ({ kind: "http", call: http })),
    );
  }
  if (Object.hasOwn(input, "exec")) {
    return v.pipe(
      exec(STOP_ACTION),
      v.transform(({ exec }): StopAction => ({ kind: "exec", command: exec })),
    );
  }
  return v.pipe(
    object({ signal }, STOP_ACTION),
    v.transform((value): StopAction => ({ kind: "signal", signal: value.signal })),
  );
});

const afterExit = () =>
  v.pipe(
    object({
      http: httpMethods(),
      on: v.optional(oneOf(["always", "success", "failure"])),
      lastOf: v.optional(list(containerName, NAMES), []),
    }, 'an object such as {"http": {"post": {"port": 15020, "path": "/quitquitquit"}}}'),
    v.transform(({ http, on, lastOf }): AfterExit => ({ call: http, on, lastOf })),
  );

const exitCodes = () =>
  record(
    (key) => /^(\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])$/.test(key) ? Number(key) : undefined,
    "not an exit code, 0 to 255",
    exitCode,
    'an object of exit codes such as {"143": 0}',
  );

const restart = () =>
  v.pipe(
    object({
      policy: oneOf(["never", "onFailure", "always"]),
      maxRetries: v.optional(integer(0, 1_000_000)),
      backoff: v.optional(duration),
    }, 'an object such as {"policy": "onFailure", "maxRetries": 3}'),
    v.transform(({ policy, maxRetries, backoff }): Restart => ({
      policy,
      maxRetries,
      backoff: backoff ?? DEFAULT_SPEC.restart.backoff,
    })),
  );

const signals = () =>
  record(
    (key) => {
      const from = parseSignal(key);
      return from !== undefined && isForwarded(from) ? from : undefined;
    },
    "not a signal that is passed on",
    v.nullable(signal),
    'an object such as {"SIGTERM": "SIGQUIT"}',
  );

const DEPENDENCIES = 'a list such as ["proxy"] or [{"tcp": "5432"}]';

// None has a default of its own: valibot would make and check it at each start.
const entries = {
  startDeps: v.exactOptional(list(startDependency, DEPENDENCIES)),
  startTimeout: v.exactOptional(duration),
  onStartTimeout: v.exactOptional(oneOf(["fail", "start"])),
  stopDeps: v.exactOptional(list(stopDependency, NAMES)),
  stopWhen: v.exactOptional(oneOf(["any", "all"])),
  whenStopDepExited: v.exactOptional(stopAction),
  stopDelay: v.exactOptional(duration),
  stopLinger: v.exactOptional(duration),
  termSignal: v.exactOptional(termSignal),
  termTimeout: v.exactOptional(duration),
  killedByStopDepExitCode: v.exactOptional(exitCode),
  terminatedByStopDepExitCode: v.exactOptional(exitCodeOrOwn),
  killMode: v.exactOptional(oneOf(["mixed", "process", "group"])),
  readiness: v.exactOptional(readinessSchema),
  afterExit: v.exactOptional(list(v.lazy(afterExit), "a list of calls")),
  exitCodes: v.exactOptional(v.lazy(exitCodes)),
  restart: v.exactOptional(v.lazy(restart)),
  signals: v.exactOptional(v.lazy(signals)),
  handOver: v.exactOptional(v.boolean("true or false")),
};

/** All keys of the spec. */
export const SPEC_KEYS: readonly string[] = Object.keys(entries);

/** The spec as users write it, and what becomes of it. */
export const specSchema: v.GenericSchema<unknown, Spec> = v.pipe(
  object(entries, 'an object such as {"startDeps": ["proxy"]}'),
  v.transform((value): Spec => ({ ...DEFAULT_SPEC, ...value })),
);

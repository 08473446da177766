import {
  caught,
  checks,
  container,
  described,
  duration,
  exec,
  http,
  object,
  signal,
  signalPattern,
} from "./json_schema_values.ts";
import { FORWARDED, REAL_TIME } from "./signal.ts";

const startDependency = {
  anyOf: [
    described(container, "the container is ready"),
    object({
      container,
      until: {
        enum: ["started", "ready", "succeeded", "terminated"],
        default: "ready",
        description: "started: its startup probe has passed, or it has ended; ready; " +
          "succeeded: it has ended with 0; terminated: it has ended",
      },
      optional: {
        type: "boolean",
        default: false,
        description: "whether it holds as well where the pod has no such container",
      },
    }, ["container"]),
    ...checks,
  ],
  examples: ["proxy", { container: "migrate", until: "succeeded" }, { tcp: "5432" }],
};

const stopDependency = {
  anyOf: [
    described(container, "the container has ended for good"),
    object({
      container,
      when: {
        enum: ["final", "terminated", "succeeded", "failed"],
        default: "final",
        description: "final: it has ended, and is not restarted; terminated: it has ended; " +
          "succeeded: with 0; failed: with something else",
      },
      exitCode: {
        type: "integer",
        maximum: 255,
        description: "in place of terminatedByStopDepExitCode; negative: the command's own",
      },
    }, ["container"]),
  ],
  examples: ["main", { container: "proxy", when: "failed", exitCode: 1 }],
};

/** The spec as JSON Schema (draft 2020-12), for editors: what each key means, and what may follow. */
export const JSON_SCHEMA = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "koordinator spec",
  description: "what koordinator does with a container's command: the JSON of KOORDINATOR_SPEC",
  examples: [{ startDeps: ["proxy"] }, { stopDeps: ["main"] }],
  ...object({
    startDeps: {
      type: "array",
      items: startDependency,
      default: [],
      examples: [["proxy"], [{ container: "migrate", until: "succeeded" }], [{ tcp: "5432" }]],
      description: "all of them must hold before the command is launched",
    },
    startTimeout: described(duration, "how long to wait for them"),
    onStartTimeout: {
      enum: ["fail", "start"],
      default: "fail",
      description: "exit with 124, or launch all the same",
    },
    stopDeps: {
      type: "array",
      items: stopDependency,
      default: [],
      examples: [["main"], [{ container: "main", when: "terminated" }]],
      description: "what ends the command",
    },
    stopWhen: {
      enum: ["any", "all"],
      default: "any",
      description: "whether one of them is enough",
    },
    whenStopDepExited: {
      anyOf: [
        { const: "default", description: "termSignal" },
        object({ signal }, ["signal"]),
        object({ http }, ["http"]),
        exec,
      ],
      default: "default",
      examples: [
        { signal: "SIGINT" },
        { http: { post: { port: 15020, path: "/quitquitquit" } } },
        { exec: ["/bin/drain", "--now"] },
      ],
      description: "how the command is asked to stop",
    },
    stopDelay: {
      ...duration,
      default: "0s",
      description: "between a termination signal from outside and its delivery",
    },
    stopLinger: {
      ...duration,
      default: "0s",
      description: "between a stop dependency's end and the stop action",
    },
    termSignal: {
      ...caught,
      default: "SIGTERM",
      description:
        'the signal that means "terminate", beside those that come while the pod is terminated',
    },
    termTimeout: {
      ...duration,
      default: "30s",
      description: "what each step of the escalation gets",
    },
    killedByStopDepExitCode: {
      type: "integer",
      minimum: 0,
      maximum: 255,
      default: 137,
      description: "exit code after the command had to be killed",
    },
    terminatedByStopDepExitCode: {
      type: "integer",
      maximum: 255,
      default: 0,
      description: "exit code after it stopped in time; negative: the command's own",
    },
    killMode: {
      enum: ["mixed", "process", "group"],
      default: "mixed",
      description: "whom signals reach, and who has time to end",
    },
    readiness: {
      anyOf: [...checks, exec],
      examples: [{ http: { port: 9090, path: "/readiness" } }, { tcp: 5432 }, { exec: ["ready"] }],
      description:
        "how its own supervisor tells that the command is ready, for siblings that wait for it",
    },
    afterExit: {
      type: "array",
      items: object({
        http,
        on: {
          enum: ["always", "success", "failure"],
          description: "after which end; without it: success where the container is restarted " +
            "after a failure, else always",
        },
        lastOf: {
          type: "array",
          items: container,
          default: [],
          description: "the call is made only if all of these have ended for good",
        },
      }, ["http"]),
      default: [],
      examples: [[{ http: { post: { port: 15020, path: "/quitquitquit" } } }]],
      description: "HTTP calls to 127.0.0.1 after the end, for proxies that you cannot wrap",
    },
    exitCodes: {
      type: "object",
      propertyNames: {
        pattern: "^([0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])$",
        patternErrorMessage: "not an exit code, 0 to 255",
      },
      additionalProperties: { type: "integer", minimum: 0, maximum: 255 },
      default: {},
      examples: [{ 143: 0 }],
      description: "what the command's own exit code becomes",
    },
    restart: {
      ...object({
        policy: {
          enum: ["never", "onFailure", "always"],
          description: "after which end the command is launched again",
        },
        maxRetries: {
          type: "integer",
          minimum: 0,
          maximum: 1_000_000,
          description: "how often; without it there is no limit",
        },
        backoff: {
          ...duration,
          default: "1s",
          description: "the first pause; each further one is twice as long, at most five minutes",
        },
      }, ["policy"]),
      examples: [{ policy: "onFailure", maxRetries: 3, backoff: "1s" }],
      description: "launches the command again in the same container",
    },
    signals: {
      type: "object",
      propertyNames: {
        pattern: signalPattern([...FORWARDED, ...REAL_TIME]),
        patternErrorMessage: "not a signal that is passed on",
      },
      additionalProperties: { anyOf: [signal, { type: "null" }], examples: ["SIGQUIT", null] },
      default: {},
      examples: [{ SIGTERM: "SIGQUIT", SIGHUP: null }],
      description: "what signals from outside become for the command; null: not passed on",
    },
    handOver: {
      type: "boolean",
      description: "whether koordinator replaces itself by the command when nothing is left to do",
    },
  }, []),
} as const;

const duration = { type: "string", examples: ["500ms", "10s", "1m30s"] };
const signal = { type: ["string", "integer"], examples: ["SIGTERM", "TERM", 15] };
const port = { type: "integer", minimum: 1, maximum: 65_535 };
const path = { type: "string", pattern: "^/" };
const container = { type: "string", pattern: "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$" };

function object(properties: Readonly<Record<string, unknown>>, required: readonly string[]) {
  return { type: "object", additionalProperties: false, properties, required };
}

const target = object({
  port,
  path,
  headers: { type: "object", additionalProperties: { type: "string" } },
  timeout: duration,
  retries: { type: "integer", minimum: 0, maximum: 100, default: 0 },
  accept: { type: "array", items: { type: "integer", minimum: 100, maximum: 599 } },
}, ["port"]);

const http = {
  ...object({ get: target, post: target, put: target }, []),
  minProperties: 1,
  maxProperties: 1,
};

/** The spec as JSON Schema (draft 2020-12), for editors. */
export const JSON_SCHEMA = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "koordinator spec",
  ...object({
    startDeps: {
      type: "array",
      items: {
        anyOf: [
          container,
          object({
            container,
            until: { enum: ["started", "ready", "succeeded", "terminated"], default: "ready" },
            optional: { type: "boolean", default: false },
          }, ["container"]),
          object({ tcp: { type: ["string", "integer"] } }, ["tcp"]),
          object({ http: object({ port, path }, ["port"]) }, ["http"]),
          object({ file: path }, ["file"]),
        ],
      },
    },
    startTimeout: duration,
    onStartTimeout: { enum: ["fail", "start"], default: "fail" },
    stopDeps: {
      type: "array",
      items: {
        anyOf: [
          container,
          object({
            container,
            when: { enum: ["final", "terminated", "succeeded", "failed"], default: "final" },
          }, ["container"]),
        ],
      },
    },
    stopWhen: { enum: ["any", "all"], default: "any" },
    whenStopDepExited: {
      anyOf: [
        { const: "default" },
        object({ signal }, ["signal"]),
        object({ http }, ["http"]),
        object({ exec: { type: "array", items: { type: "string" }, minItems: 1 } }, ["exec"]),
      ],
    },
    stopDelay: duration,
    termSignal: signal,
    termTimeout: duration,
    killedByStopDepExitCode: { type: "integer", minimum: 0, maximum: 255, default: 137 },
    terminatedByStopDepExitCode: { type: "integer", maximum: 255, default: 0 },
    killMode: { enum: ["mixed", "process", "group"], default: "mixed" },
    afterExit: {
      type: "array",
      items: object({
        http,
        on: { enum: ["always", "success", "failure"] },
        lastOf: { type: "array", items: container },
      }, ["http"]),
    },
    exitCodes: {
      type: "object",
      propertyNames: { pattern: "^[0-9]{1,3}$" },
      additionalProperties: { type: "integer", minimum: 0, maximum: 255 },
    },
    restart: object({
      policy: { enum: ["never", "onFailure", "always"] },
      maxRetries: { type: "integer", minimum: 0 },
      backoff: duration,
    }, ["policy"]),
    signals: {
      type: "object",
      additionalProperties: { type: ["string", "integer", "null"], examples: ["SIGQUIT", null] },
    },
    handOver: { type: "boolean", default: true },
  }, []),
} as const;

import { REAL_TIME, SIGNAL_NAMES, type SignalName, SIGNALS } from "./signal.ts";

const AMOUNT = "[0-9]+([.][0-9]+)?";
/** A length of time. */
export const duration = {
  type: "string",
  pattern: `^(0|(?=.)(${AMOUNT}h)?(${AMOUNT}m(?!s))?(${AMOUNT}s)?(${AMOUNT}ms)?)$`,
  // For editors, which would show the pattern.
  patternErrorMessage: 'a duration such as "500ms", "10s", "1m30s"',
  examples: ["500ms", "10s", "1m30s"],
  description: "500ms, 10s, 1m30s or 2h",
};

/** One of these signals, as SIGTERM, TERM or 15, in whatever case. */
function signalOf(names: readonly SignalName[]) {
  const numbers = names.map((name) => SIGNALS[name]);
  return {
    anyOf: [
      {
        type: "string",
        pattern: signalPattern(names),
        patternErrorMessage: 'a signal such as "SIGTERM", "TERM" or 15',
      },
      { enum: numbers },
    ],
    examples: ["SIGTERM", "TERM", 15],
    description: "SIGTERM, TERM or 15",
  };
}

/** RTMIN to RTMIN+30, and RTMAX to RTMAX-30. */
const STEPS = "0*([0-9]|[12][0-9]|30)";
const REAL_TIME_WORDS = `[Rr][Tt]([Mm][Ii][Nn]([+]${STEPS})?|[Mm][Aa][Xx](-${STEPS})?)`;

/** A pattern that a signal of these matches, by name or number. */
export function signalPattern(names: readonly SignalName[]): string {
  // JSON Schema knows no flag for that.
  const either = (text: string) =>
    text.replace(/[A-Z]/g, (letter) => `[${letter}${letter.toLowerCase()}]`);
  const words = names.filter((name) => !REAL_TIME.includes(name))
    .map((name) => name.slice("SIG".length));
  const numbers = names.map((name) => SIGNALS[name]);
  return `^((${either("SIG")})?(${either(words.join("|"))}|${REAL_TIME_WORDS})|0*(${
    numbers.join("|")
  }))$`;
}

/** A signal. */
export const signal = signalOf(SIGNAL_NAMES);
/** A signal that a program can catch. */
export const caught = signalOf(
  SIGNAL_NAMES.filter((name) => name !== "SIGKILL" && name !== "SIGSTOP"),
);

const port = { type: "integer", minimum: 1, maximum: 65_535, description: "a TCP port" };
const PORT =
  "0{0,4}([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])";
const address = {
  anyOf: [
    {
      type: "string",
      pattern: `^((\\[[0-9a-fA-F:.]+\\]|[A-Za-z0-9_.-]+):)?(?=[0-9]{1,5}$)${PORT}$`,
      patternErrorMessage: '"[HOST:]PORT"',
    },
    port,
  ],
  examples: ["5432", "db:5432", 5432],
};
const path = {
  type: "string",
  pattern: "^/[^\\u0000]*$",
  patternErrorMessage: 'a path that begins with "/"',
};
const word = { type: "string", pattern: "^[^\\u0000]*$" };
/** The name of a container. */
export const container = {
  type: "string",
  pattern: "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$",
  patternErrorMessage: "a container name (lower case, digits, -)",
  description: "the name of a container of this pod, or of one of its init containers",
};

/** An object with these keys and no others. */
export function object(properties: Readonly<Record<string, unknown>>, required: readonly string[]) {
  return { type: "object", additionalProperties: false, properties, required };
}

/** The same schema with what it means in a place. */
export function described<const Schema extends object>(schema: Schema, description: string) {
  return { ...schema, description };
}

const target = object({
  port: described(port, "on 127.0.0.1"),
  path: { ...path, default: "/", description: "the path and query" },
  headers: {
    type: "object",
    propertyNames: {
      pattern: "^(?!__proto__$)[-!#$%&'*+.^_`|~A-Za-z0-9]+$",
      patternErrorMessage: "not the name of an HTTP header",
    },
    additionalProperties: { type: "string", pattern: "^[\\t\\u0020-\\u007e\\u0080-\\u00ff]*$" },
    default: {},
    description: "headers of the request",
  },
  timeout: { ...duration, default: "5s", description: "what one call may take" },
  retries: {
    type: "integer",
    minimum: 0,
    maximum: 100,
    default: 0,
    description: "how often a call that got no accepted answer is made again, half a second later",
  },
  accept: {
    type: "array",
    items: { type: "integer", minimum: 100, maximum: 599 },
    examples: [[200, 409]],
    description: "the status codes that count as a success, instead of 200 to 299",
  },
}, ["port"]);

/** A call, under the name of its method. */
export const http = {
  ...object({
    get: described(target, "a GET"),
    post: described(target, "a POST"),
    put: described(target, "a PUT"),
  }, []),
  minProperties: 1,
  maxProperties: 1,
  description: "an HTTP call to 127.0.0.1: exactly one of get, post, put",
};

/** A command, under the key `exec`. */
export const exec = object({
  exec: {
    type: "array",
    prefixItems: [{ ...word, minLength: 1 }],
    items: word,
    minItems: 1,
    examples: [["/bin/drain", "--now"]],
    description: "a command and its words; no shell",
  },
}, ["exec"]);

/** What can be checked from inside of the pod, each form of it. */
export const checks = [
  object({ tcp: described(address, "[HOST:]PORT: a connection is accepted") }, ["tcp"]),
  object({
    http: described(
      object({ port, path: { ...path, default: "/", description: "the path and query" } }, [
        "port",
      ]),
      "a GET on 127.0.0.1 answers 200 to 399",
    ),
  }, ["http"]),
  object({
    unix: { ...path, maxLength: 107, description: "somebody listens on this socket" },
  }, ["unix"]),
  object({ file: described(path, "this file exists") }, ["file"]),
];

import loglevel from "loglevel";
import type { LogFormat, LogLevel } from "./environment.ts";

/** Named values beside a message. */
export type Fields = Readonly<Record<string, unknown>>;

/** What koordinator says about itself, on stderr; stdout belongs to the command. */
export interface Log {
  debug(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  warning(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
}

/** The logger's own names of the levels. */
const METHODS = { debug: "debug", info: "info", warning: "warn", error: "error" } as const;

/** Opens the log: each event is one line, written before the call returns. */
export function openLog(options: { readonly level: LogLevel; readonly format: LogFormat }): Log {
  const lineOf = options.format === "json" ? jsonLine : textLine;
  const logger = loglevel.getLogger("koordinator");
  logger.methodFactory = (method) => {
    const level = method === "warn" ? "warning" : method === "trace" ? "debug" : method;
    return (message: string, fields: Fields = {}) =>
      write(lineOf({ time: new Date(), level, message, fields }));
  };
  logger.setLevel(METHODS[options.level], false);
  const { debug, info, warn: warning, error } = logger;
  return { debug, info, warning, error };
}

/** What a line tells. */
export interface LogEvent {
  readonly time: Date;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Fields;
}

/** `time`, `severity` and `message` are what Google Cloud Logging and Loki look for. */
export function jsonLine({ time, level, message, fields }: LogEvent): string {
  return JSON.stringify({
    ...fields,
    time: time.toISOString(),
    severity: level.toUpperCase(),
    message,
    logger: "koordinator",
  });
}

/** The same for people: the fields behind the message. */
export function textLine({ time, level, message, fields }: LogEvent): string {
  const rest = Object.entries(fields).map(([name, value]) => ` ${name}=${JSON.stringify(value)}`);
  return `${time.toISOString()} koordinator ${level}: ${message}${rest.join("")}`;
}

/** A log that nobody reads any more is no reason to end. */
function write(line: string): void {
  try {
    let rest = new TextEncoder().encode(`${line}\n`);
    while (rest.length > 0) rest = rest.subarray(Deno.stderr.writeSync(rest));
  } catch {
    // EPIPE or EAGAIN: the line is lost, the supervisor goes on.
  }
}

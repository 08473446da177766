import loglevel from "loglevel";
import type { LogEventName } from "./supervisor/log_events.ts";
import { openStderr } from "./stderr.ts";
import { isSaid } from "./said.ts";
import { visible } from "./spec/visible.ts";
import type { LogFormat, LogLevel } from "./log_levels.ts";

/** Named values beside a message. */
export type Fields = Readonly<Record<string, unknown>>;

/** What koordinator says about itself, on stderr; stdout belongs to the command. */
export interface Log {
  debug(event: LogEventName, message: string, fields?: Fields): void;
  info(event: LogEventName, message: string, fields?: Fields): void;
  warning(event: LogEventName, message: string, fields?: Fields): void;
  error(event: LogEventName, message: string, fields?: Fields): void;
}

/** The logger's own names of the levels. */
const METHODS = { debug: "debug", info: "info", warning: "warn", error: "error" } as const;

/** The log of this process. */
export interface OpenLog extends Log {
  /** A command that shares stderr has ended: the next line begins on a line of its own. */
  breakLine(): void;
  /** Resolves when all is written, or when nobody seems to read it any more. */
  finish(): Promise<void>;
}

/**
 * Opens the log: each event is one line, written before the call returns, unless nobody reads: it
 * never waits for that.
 */
export function openLog(
  options: { readonly level: LogLevel; readonly format: LogFormat },
): OpenLog {
  const lineOf = options.format === "json" ? jsonLine : textLine;
  const stderr = openStderr((dropped) =>
    lineOf({
      time: new Date(),
      level: "warning",
      event: "linesDropped",
      message: dropped === 1 ? "1 line was dropped" : `${dropped} lines were dropped`,
      fields: { dropped, why: "nobody has read the log" },
    })
  );
  const logger = loglevel.getLogger("koordinator");
  logger.methodFactory = (method) => {
    const level = method === "warn" ? "warning" : method === "trace" ? "debug" : method;
    return (event: LogEventName, message: string, fields: Fields = {}) =>
      stderr.write(lineOf({ time: new Date(), level, event, message, fields }));
  };
  logger.setLevel(METHODS[options.level], false);
  const { debug, info, warn: warning, error } = logger;
  return { debug, info, warning, error, breakLine: stderr.breakLine, finish: stderr.finish };
}

/** A log that makes each line as another would be made, and writes it nowhere. */
export function unwrittenLog(format: LogFormat): Log {
  const lineOf = format === "json" ? jsonLine : textLine;
  const line = (level: LogLevel): Log["info"] => (event, message, fields = {}) =>
    void lineOf({ time: new Date(), level, event, message, fields });
  return { debug: () => {}, info: line("info"), warning: line("warning"), error: line("error") };
}

/** What a line tells. */
export interface LogLine {
  readonly time: Date;
  readonly level: LogLevel;
  readonly event: LogEventName;
  readonly message: string;
  readonly fields: Fields;
}

/**
 * `time`, `severity` and `message` are what Google Cloud Logging and Loki look for; no field stands
 * before them, nor replaces them.
 */
export function jsonLine({ time, level, event, message, fields }: LogLine): string {
  const head = {
    time: time.toISOString(),
    severity: level.toUpperCase(),
    message,
    logger: "koordinator",
    event,
  };
  return visible(JSON.stringify({ ...head, ...fields, ...head }));
}

/**
 * The same for people: the message, which says what the event's name does, and behind it the fields that
 * it does not say already.
 */
export function textLine({ time, level, message, fields }: LogLine): string {
  const rest = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined || isSaid(message, name, value) ? [] : [` ${name}=${JSON.stringify(value)}`]
  );
  return visible(`${time.toISOString()} koordinator ${level}: ${message}${rest.join("")}`);
}

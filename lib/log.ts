import { configureSync, getLogger, type LogRecord } from "@logtape/logtape";
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

/** Opens the log: each event is one line, written before the call returns. */
export function openLog(options: { readonly level: LogLevel; readonly format: LogFormat }): Log {
  const line = options.format === "json" ? jsonLine : textLine;
  configureSync({
    reset: true,
    sinks: { stderr: (record) => write(line(record)) },
    loggers: [
      { category: "koordinator", lowestLevel: options.level, sinks: ["stderr"] },
      { category: ["logtape", "meta"], lowestLevel: "error", sinks: ["stderr"] },
    ],
  });
  const logger = getLogger("koordinator");
  return {
    debug: (message, fields = {}) => logger.debug(plain(message), fields),
    info: (message, fields = {}) => logger.info(plain(message), fields),
    warning: (message, fields = {}) => logger.warn(plain(message), fields),
    error: (message, fields = {}) => logger.error(plain(message), fields),
  };
}

/** A message is a text and no template. */
function plain(message: string): string {
  return message.replaceAll("{", "{{").replaceAll("}", "}}");
}

/** `time`, `severity` and `message` are what Google Cloud Logging and Loki look for. */
function jsonLine(record: LogRecord): string {
  return JSON.stringify({
    ...record.properties,
    time: new Date(record.timestamp).toISOString(),
    severity: record.level.toUpperCase(),
    message: record.message.join(""),
    logger: "koordinator",
  });
}

function textLine(record: LogRecord): string {
  const fields = Object.entries(record.properties)
    .map(([name, value]) => ` ${name}=${JSON.stringify(value)}`);
  const time = new Date(record.timestamp).toISOString();
  return `${time} koordinator ${record.level}: ${record.message.join("")}${fields.join("")}`;
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

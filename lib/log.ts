import { configureSync, getLogger, type Logger, type LogRecord } from "@logtape/logtape";
import { LOG_LEVELS, type LogFormat, type LogLevel } from "./environment.ts";

/** Named values beside a message. */
export type Fields = Readonly<Record<string, unknown>>;

/** What koordinator says about itself, on stderr; stdout belongs to the command. */
export interface Log {
  debug(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  warning(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
}

/**
 * Opens the log: each event is one line, written before the call returns. What is below the level costs
 * nothing, and nothing is set up before the first line: most commands are launched without one.
 */
export function openLog(options: { readonly level: LogLevel; readonly format: LogFormat }): Log {
  const lowest = LOG_LEVELS.indexOf(options.level);
  let logger: Logger | undefined;
  const at = (level: LogLevel) => {
    if (LOG_LEVELS.indexOf(level) < lowest) return () => {};
    return (message: string, fields: Fields = {}) => {
      logger ??= configure(options);
      logger[level](plain(message), fields);
    };
  };
  return { debug: at("debug"), info: at("info"), warning: at("warning"), error: at("error") };
}

function configure({ level, format }: Parameters<typeof openLog>[0]): Logger {
  const line = format === "json" ? jsonLine : textLine;
  configureSync({
    reset: true,
    sinks: { stderr: (record) => write(line(record)) },
    loggers: [
      { category: "koordinator", lowestLevel: level, sinks: ["stderr"] },
      { category: ["logtape", "meta"], lowestLevel: "error", sinks: ["stderr"] },
    ],
  });
  return getLogger("koordinator");
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

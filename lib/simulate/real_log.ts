import * as v from "valibot";
import { LOG_EVENTS, type LogEventName } from "../supervisor/log_events.ts";

/** A line of a real supervisor's log, as far as a play needs it. */
export interface LoggedEvent {
  readonly event: LogEventName;
  readonly message: string;
  readonly isTrouble: boolean;
  /** Of the closing line: koordinator's own, which becomes the container's. */
  readonly exitCode: number | undefined;
}

const Line = v.object({
  logger: v.literal("koordinator"),
  event: v.picklist(LOG_EVENTS),
  severity: v.string(),
  message: v.string(),
  exitCode: v.optional(v.number()),
});

/** Reads a line of stderr; undefined: it is the command's. */
export function readLogLine(text: string): LoggedEvent | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { success, output } = v.safeParse(Line, json);
  if (!success) return undefined;
  const { event, message, severity, exitCode } = output;
  return { event, message, isTrouble: severity === "WARNING" || severity === "ERROR", exitCode };
}

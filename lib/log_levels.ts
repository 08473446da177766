/** The levels of the log, least first. */
export const LOG_LEVELS = ["debug", "info", "warning", "error"] as const;
/** How much is logged. */
export type LogLevel = typeof LOG_LEVELS[number];
/** One JSON object a line, or plain text. */
export type LogFormat = "json" | "text";

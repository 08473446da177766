/**
 * The names of what the log tells. They are for queries: a name stays as it is, whatever becomes of the
 * sentence beside it (docs/reference/logs.md).
 */
export const LOG_EVENTS = [
  "waiting",
  "startTimeout",
  "launching",
  "terminationHeld",
  "terminationReleased",
  "stopDependencyMet",
  "stopAction",
  "stopEscalated",
  "commandEnded",
  "groupDraining",
  "leftovers",
  "afterExit",
  "ended",
  "apiFailed",
  "apiAnswers",
  "apiUnused",
  "siblingSilent",
  "siblingsUntold",
  "podFault",
  "setting",
  "linesDropped",
  "internalError",
  "step",
] as const;

/** One of them. */
export type LogEventName = typeof LOG_EVENTS[number];

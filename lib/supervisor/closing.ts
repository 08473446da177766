import { type Duration, formatDuration, milliseconds } from "../spec/duration.ts";
import { SIGNALS } from "../spec/signal.ts";
import type { Because, Effect, End, Event } from "./events.ts";
import type { State } from "./state.ts";

/** When a supervisor came to what, in milliseconds of a steady clock; undefined: not yet. */
export interface Course {
  readonly begunAt: number | undefined;
  /** When the command was launched, first and last. */
  readonly launchedAt: number | undefined;
  readonly lastLaunchedAt: number | undefined;
  /** When its stop began, whoever asked for it. */
  readonly stoppedAt: number | undefined;
  readonly endedAt: number | undefined;
  readonly end: End | undefined;
}

/** Before anything has happened. */
export const NOT_BEGUN: Course = {
  begunAt: undefined,
  launchedAt: undefined,
  lastLaunchedAt: undefined,
  stoppedAt: undefined,
  endedAt: undefined,
  end: undefined,
};

/** The course after a step. */
export function follow(
  before: Course,
  { from, event, to, now }: {
    readonly from: State;
    readonly event: Event;
    readonly to: State;
    readonly now: number;
  },
): Course {
  let course = before.begunAt === undefined ? { ...before, begunAt: now } : before;
  if (event.kind === "childExited") course = { ...course, endedAt: now, end: event.end };
  if (to.phase !== "running") return course;
  if (from.phase !== "running") {
    course = { ...course, launchedAt: course.launchedAt ?? now, lastLaunchedAt: now };
  }
  const isStopping = to.stopStep !== undefined || to.termination !== undefined;
  return isStopping && course.stoppedAt === undefined ? { ...course, stoppedAt: now } : course;
}

/** How it ended. */
export interface Ending {
  readonly code: number;
  readonly because: Because;
  readonly reason: string | undefined;
}

/** The last line of the log: how it ended, and what a query wants to know of the way there. */
export function closingLine(course: Course, { code, because, reason }: Ending, now: number) {
  const { begunAt = now, launchedAt, stoppedAt, endedAt = now, end } = course;
  const ran = lastRun(course, now);
  return {
    level: levelOf(code, because, reason),
    message: wordsOf(reason, end, ran, stoppedAt !== undefined),
    fields: {
      because,
      exitCode: code,
      end,
      waitedMs: whole((launchedAt ?? now) - begunAt),
      ranMs: ran,
      stopMs: stoppedAt === undefined ? undefined : whole(endedAt - stoppedAt),
    },
  } as const;
}

/**
 * The same line with how long the command ran, which the machine does not know, where it tells of an end
 * that something follows.
 */
export function withCourse(effect: Effect, course: Course): Effect {
  if (effect.kind !== "log" || effect.event !== "commandEnded") return effect;
  const { endedAt, end } = course;
  if (endedAt === undefined) return effect;
  const ranMs = lastRun(course, endedAt);
  return { ...effect, message: endInWords(end, ranMs), fields: { ...effect.fields, ranMs } };
}

/** A reason for which the command was stopped says how it ended; one for which nothing was launched does not. */
function wordsOf(
  reason: string | undefined,
  end: End | undefined,
  ran: Duration | undefined,
  wasStopped: boolean,
): string {
  if (reason === undefined) return endInWords(end, ran);
  return wasStopped ? reason + endInWords(end, ran).slice(HAS_ENDED.length) : reason;
}

const HAS_ENDED = "the command has ended";

/** From the last launch to the command's end. */
function lastRun({ lastLaunchedAt, endedAt }: Course, now: number): Duration | undefined {
  return lastLaunchedAt === undefined ? undefined : whole((endedAt ?? now) - lastLaunchedAt);
}

/** `the command has ended: exit code 3 after 12s250ms`, as far as it is known. */
export function endInWords(end: End | undefined, ran: Duration | undefined): string {
  return [
    HAS_ENDED,
    ...end === undefined ? [] : [`: ${inWords(end)}`],
    ...ran === undefined ? [] : [` after ${formatDuration(ran)}`],
  ].join("");
}

/** What koordinator ends for is its error; a command that fails is its owner's, and none if it was told to end. */
function levelOf(code: number, because: Because, reason: string | undefined) {
  if (code === 0) return "info";
  if (reason !== undefined) return "error";
  return because === "commandEnded" ? "warning" : "info";
}

/** How a command ended, in words: `exit code 3`, `SIGKILL`. */
export function inWords(end: End): string {
  if (end.kind === "exited") return `exit code ${end.code}`;
  const name = Object.entries(SIGNALS).find(([, number]) => number === end.signal)?.[0];
  return name ?? `signal ${end.signal}`;
}

function whole(ms: number) {
  return milliseconds(Math.max(0, ms));
}

import { allRestartedAt } from "../pod/ends.ts";
import { findContainer } from "../pod/container.ts";
import type { Pod } from "../pod/pod.ts";
import { HELD, type Report, type Told } from "./report.ts";

/** 128 + SIGKILL: a supervisor that told nothing of its end was killed, whoever did it. */
const KILLED = 137;

/** The end of a sibling's run, as the state directory tells it. */
export interface HeardEnd {
  /** undefined after a hand-over: the command told nobody. */
  readonly exitCode: number | undefined;
  /** Whether the command had been launched. */
  readonly launched: boolean;
}

/** What the state directory has told of one sibling. */
export interface Heard {
  /** Its last report; undefined if nothing but its end is known. */
  readonly report: Report | undefined;
  /** When that was written, in milliseconds since 1970. */
  readonly at: number | undefined;
  /** When that run last reported while it lived; undefined if it was only heard to have ended. */
  readonly aliveAt: number | undefined;
  /** The end of its last run, until a new run reports. */
  readonly end: HeardEnd | undefined;
  /** The end before it. */
  readonly formerEnd: HeardEnd | undefined;
  /** How many ends were heard of. */
  readonly ends: number;
  /** Whether this supervisor has seen its last run alive, and so has seen it end. */
  readonly seenAlive: boolean;
  /** Whether a run followed one that had succeeded. */
  readonly restartedAfterSuccess: boolean;
  /** No new run came in the time in which the kubelet would have begun one. */
  readonly overdue: boolean;
}

const NOTHING: Heard = {
  report: undefined,
  at: undefined,
  aliveAt: undefined,
  end: undefined,
  formerEnd: undefined,
  ends: 0,
  seenAlive: false,
  restartedAfterSuccess: false,
  overdue: false,
};

/** What is known of a sibling after its report. */
export function hearReport(before: Heard = NOTHING, report: Report, at: number): Heard {
  if (report.phase === "ended") {
    const { exitCode, launched } = report;
    return { ...ended(before, { exitCode, launched }), report, at };
  }
  return {
    ...before,
    report,
    at,
    aliveAt: at,
    end: undefined,
    formerEnd: before.end ?? before.formerEnd,
    seenAlive: true,
    restartedAfterSuccess: before.restartedAfterSuccess || before.end?.exitCode === 0,
    overdue: false,
  };
}

/** What is known of a sibling of which nobody lives any more; `last`: what it had told. */
export function hearEnd(
  before: Heard = NOTHING,
  exitCode: number | undefined,
  last: Told | undefined,
): Heard {
  const { report, at } = last ?? before;
  const run = before.end !== undefined && at !== before.at ? unseenRun(before, before.end) : before;
  const known = exitCode ?? run.end?.exitCode ?? (wasKilled(report) ? KILLED : undefined);
  return ended({ ...run, report, at }, {
    exitCode: known,
    launched: report?.launched ?? run.end?.launched ?? false,
  });
}

/** A run that came after the one that ended with `formerEnd`, and of which only the end is heard. */
function unseenRun(before: Heard, formerEnd: HeardEnd): Heard {
  return {
    ...before,
    aliveAt: undefined,
    end: undefined,
    formerEnd,
    restartedAfterSuccess: before.restartedAfterSuccess || formerEnd.exitCode === 0,
    overdue: false,
  };
}

/** Only a command that was handed over to, and a supervisor that was never heard, end without a word. */
function wasKilled(report: Report | undefined): boolean {
  return report !== undefined && !report.handedOver;
}

function ended(before: Heard, end: HeardEnd): Heard {
  return { ...before, end, ends: before.end === undefined ? before.ends + 1 : before.ends };
}

/** The last report of a sibling as it would be if it had told its end. */
export function lastReport({ report, end }: Heard): Report | undefined {
  if (end === undefined || report?.phase === "ended") return report;
  const relations = report ?? { startDeps: [], stopDeps: [] };
  return {
    ...relations,
    ...HELD,
    launched: end.launched,
    phase: "ended",
    exitCode: end.exitCode ?? KILLED,
  };
}

/**
 * Whether what was heard is of the container's present run, as far as the API server knows better: the
 * end of a run that began before its present start, or before all containers were started anew, is of an
 * earlier one. Whoever reports and has not ended lives by the kernel's word: no time is asked for then,
 * since the node's clock may have been set back meanwhile. It may have been before the end, too: who has
 * reported since the start, and then ended, ended after it. The kubelet gives both times in whole seconds,
 * rounded down, by the same clock.
 */
export function isCurrent(name: string, heard: Heard, pod: Pod | undefined): boolean {
  const { at, aliveAt = -Infinity, end } = heard;
  if (at === undefined || end === undefined || pod === undefined) return true;
  const last = Math.max(at, aliveAt);
  const startedAt = findContainer(pod, name)?.status?.state?.running?.startedAt;
  if (typeof startedAt === "string" && last < Date.parse(startedAt)) return false;
  return last >= (allRestartedAt(pod) ?? -Infinity);
}

import type { Workload } from "../manifest/workload.ts";
import { type Duration, formatDuration, milliseconds } from "../spec/duration.ts";
import { type CommandSettings, endingCommands } from "./assumptions.ts";
import type { Moment } from "./moment.ts";
import type { CommandFlags, VirtualMode } from "./options.ts";
import { momentsOf } from "./played_moments.ts";
import { type Planned, play, type Played } from "./play.ts";
import { isToEnd, type Span } from "./played_pod.ts";
import { playedPod } from "./played_workload.ts";
import { bringsKoordinator } from "./real_play.ts";
import type { Outcome } from "./timeline.ts";

/** A play in virtual time: what happened, how it ended, and how much of it is worth a picture. */
export interface VirtualPlay {
  readonly moments: readonly Moment[];
  readonly outcome: Outcome;
  readonly length: Duration;
}

/** How long a play goes on at least before it is said never to end; what was asked for comes on top. */
const LEAST_LIMIT = 600_000;

/** A container that was restarted so often is in a circle: the kubelet's back-off is at 20 s by then. */
const MANY_RUNS = 3;

/** What `koordinator copy` takes, in milliseconds. */
const COPY: Span = { from: 200, to: 500 };

/** Behind the last moment the picture goes on a little, longer if there is no end. */
const AFTER_END = 1.05;
const WITHOUT_END = 1.25;

/** Plays one order in virtual time. The same options are the same play. */
export function playVirtually(
  workload: Workload,
  mode: VirtualMode,
  options: { readonly deleteAfter: Duration | undefined; readonly limit: Duration | undefined },
  /** Commands of which something else is known than what is said of them. */
  otherwise: ReadonlyMap<string, CommandSettings> = new Map(),
): VirtualPlay {
  const { deleteAfter } = options;
  const settings = new Map([...settingsOf(workload, mode.commands), ...otherwise]);
  const played = play(playedPod(workload, settings), {
    seed: mode.seed,
    until: options.limit ?? leastLimit(mode, deleteAfter),
    planned: [
      ...(deleteAfter === undefined ? [] : [planned(deleteAfter, "podDeleted")]),
      ...mode.outages.flatMap((
        { from, to },
      ) => [planned(from, "apiFails"), planned(to, "apiAnswers")]),
    ],
  });
  const bringing = bringersOf(workload);
  const moments = momentsOf(played).filter((moment) =>
    !("container" in moment && bringing.has(moment.container))
  );
  const outcome = cutOff(played, workload, options.limit) ?? outcomeOf(played, workload);
  const last = moments.at(-1)?.at ?? 0;
  const stretched = Math.max(1_000, last * (played.because === "over" ? AFTER_END : WITHOUT_END));
  return { moments, outcome, length: milliseconds(stretched) };
}

function planned(at: Duration, kind: "podDeleted" | "apiFails" | "apiAnswers"): Planned {
  return { at, event: { kind } };
}

function leastLimit({ commands, outages }: VirtualMode, deleteAfter: Duration | undefined): number {
  const asked = [...commands.values()].flatMap(({ ready, ends, slow }) => [
    ready === "never" ? 0 : ready ?? 0,
    ends?.after ?? 0,
    slow === "never" ? 0 : slow ?? 0,
  ]);
  return LEAST_LIMIT + [...asked, ...outages.map(({ to }) => to), deleteAfter ?? 0]
    .reduce<number>((sum, each) => sum + each, 0);
}

/** Of what nothing was said, the best is assumed: what ends, ends with 0. */
export function settingsOf(
  workload: Workload,
  commands: ReadonlyMap<string, CommandFlags>,
): ReadonlyMap<string, CommandSettings> {
  const { pod } = workload;
  const ending = endingCommands(pod, pod.restartPolicy !== "Always");
  const bringing = bringersOf(workload);
  return new Map(pod.containers.map(({ name }) => {
    if (bringing.has(name)) return [name, { ends: [0], endsAfter: COPY }];
    const { ready, ends, slow } = commands.get(name) ?? {};
    const codes = ends === undefined ? (ending.has(name) ? [0] : []) : [ends.code];
    return [name, {
      ends: codes,
      ...(ends?.after === undefined ? {} : { endsAfter: exactly(ends.after) }),
      ...(ready === undefined ? {} : { ready: ready === "never" ? null : exactly(ready) }),
      ...(slow === undefined ? {} : { stops: slow === "never" ? null : exactly(slow) }),
    }];
  }));
}

/** The containers that do nothing but copy koordinator into the pod. */
function bringersOf(workload: Workload): ReadonlySet<string> {
  const { containers } = workload.pod;
  return new Set(
    containers.filter((each) => bringsKoordinator(each, workload)).map(({ name }) => name),
  );
}

function exactly(duration: Duration): Span {
  return { from: duration, to: duration };
}

/** Who is cut off by the limit that was asked for may well end after it. */
function cutOff(
  { pod, because }: Played,
  workload: Workload,
  limit: Duration | undefined,
): Outcome | undefined {
  if (because !== "time" || limit === undefined || !isToEnd(pod)) return undefined;
  const subject = workload.job === undefined ? "the pod" : "the Job";
  return { good: false, what: `${subject} has not ended by the limit, ${formatDuration(limit)}` };
}

function outcomeOf({ pod, phase, because, happenings }: Played, workload: Workload): Outcome {
  const containers = happenings.at(-1)?.state.containers ?? [];
  const names = (is: (state: typeof containers[number], index: number) => boolean) =>
    containers.flatMap((state, index) => {
      const name = pod.containers[index]?.name;
      return name !== undefined && is(state, index) ? [name] : [];
    });
  const isJob = workload.job !== undefined;
  if (because === "over") {
    const failed = containers.flatMap(({ exitCode = 0 }, index) => {
      const { name, role } = pod.containers[index] ?? {};
      return exitCode === 0 || role === "nativeSidecar" ? [] : [`${name} ended with ${exitCode}`];
    });
    const why = failed.length === 0 ? "" : `: ${failed.join(", ")}`;
    switch (phase) {
      case "Succeeded":
        return { good: true, what: isJob ? "Job complete" : "the pod has succeeded" };
      case "Gone":
        return { good: true, what: `the pod is gone${why}` };
      default:
        return { good: false, what: `${isJob ? "Job failed" : "the pod has failed"}${why}` };
    }
  }
  const held = names(({ phase, launched, process }) =>
    phase === "running" && process === undefined && !launched
  );
  const again = names(({ run }) => run >= MANY_RUNS);
  const running = names(({ phase, process, run }) =>
    phase === "running" && process !== undefined && run < MANY_RUNS
  );
  const waiting = names(({ phase }, index) =>
    phase === "waiting" && pod.containers[index]?.role !== "init"
  );
  const parts = [
    ...told(held, "waits for ever", "wait for ever"),
    ...told(waiting, "is never started", "are never started"),
    ...told(again, "is started again and again", "are started again and again"),
    ...told(running, "runs on", "run on"),
  ].join(", ");
  const hangs = isToEnd(pod) || held.length > 0 || waiting.length > 0 || again.length > 0;
  const subject = isJob ? "the Job" : "the pod";
  return hangs
    ? { good: false, what: `${subject} never ends: ${parts}` }
    : { good: true, what: `nothing more happens: ${parts}` };
}

/** What is said of some containers, if there are any. */
function told(names: readonly string[], ofOne: string, ofMany: string): readonly string[] {
  if (names.length === 0) return [];
  return [`${names.join(", ")} ${names.length === 1 ? ofOne : ofMany}`];
}

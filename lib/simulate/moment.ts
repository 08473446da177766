import type { Duration } from "../spec/duration.ts";
import type { Arrow, Doing, Lane, Mark, Outcome, PodMark, Point, Span } from "./timeline.ts";
import type { StoryLine, Timeline } from "./timeline.ts";

/** Something that happened while a pod was played: in the model, or with real processes. */
export type Moment = {
  readonly at: Duration;
  /** What the log says of it; undefined: nothing. */
  readonly text: string | undefined;
  /** Who says it, if it is not the container itself. */
  readonly who?: string;
  /** What in another container it happened because of. */
  readonly because?: Point | undefined;
} & (ContainerMoment | PodMoment);

type ContainerMoment =
  & { readonly container: string }
  & (
    /** Its command is held back, for what `note` says. */
    | { readonly kind: "held"; readonly note: string | undefined }
    /** Its command was launched. */
    | { readonly kind: "launched" }
    | { readonly kind: "ready" }
    | { readonly kind: "unready" }
    /** It was asked to stop; `signal` where that was by one. */
    | { readonly kind: "stopping"; readonly signal: string | undefined }
    | { readonly kind: "killed" }
    | { readonly kind: "ended"; readonly exitCode: number }
    /** It has ended, and the kubelet waits before it starts it again. */
    | { readonly kind: "backOff" }
    /** Worth a line of the log, and no change. */
    | { readonly kind: "said" }
  );

type PodMoment =
  /** Something begins that the picture names; `until` where it lasts. */
  | { readonly kind: "pod"; readonly what: string; readonly until: Duration | undefined }
  /** Worth a line of the log. */
  | { readonly kind: "told" };

/** A container that has a lane, and what it is. */
export type LaneName = Pick<Lane, "container" | "note">;

/**
 * Makes the picture of what happened.
 *
 * @param moments in the order of time
 * @param options.length where the axis ends; the last moment and a little more, if not given
 */
export function timelineOf(
  moments: readonly Moment[],
  options: {
    readonly title: string;
    readonly lanes: readonly LaneName[];
    readonly length: Duration;
    readonly outcome: Outcome | undefined;
  },
): Timeline {
  const { title, length, outcome } = options;
  return {
    title,
    length,
    lanes: options.lanes.map((lane) => laneOf(lane, moments, length)),
    arrows: moments.flatMap(arrowsOf),
    podMarks: moments.flatMap((moment) => podMarksOf(moment, length)),
    story: moments.flatMap(storyOf),
    outcome,
  };
}

function laneOf(name: LaneName, moments: readonly Moment[], length: Duration): Lane {
  const spans: Span[] = [];
  const marks: Mark[] = [];
  let current: Omit<Span, "to"> | undefined;
  const change = (doing: Doing, from: Duration, note?: string) => {
    if (current?.doing === doing && current.note === note) return;
    if (current !== undefined && from > current.from) spans.push({ ...current, to: from });
    current = { doing, from, note };
  };
  for (const moment of moments) {
    if (!("container" in moment) || moment.container !== name.container) continue;
    const { at } = moment;
    switch (moment.kind) {
      case "held":
        change("held", at, moment.note);
        break;
      case "launched":
        change("starting", at);
        break;
      case "ready":
        if (current?.doing !== "stopping") change("ready", at);
        break;
      case "unready":
        if (current?.doing === "ready") change("starting", at);
        break;
      case "stopping":
        change("stopping", at);
        if (moment.signal !== undefined) marks.push({ kind: "signal", at, signal: moment.signal });
        break;
      case "killed":
        marks.push({ kind: "kill", at });
        break;
      case "ended":
        change("ended", at);
        marks.push({ kind: "exit", at, code: moment.exitCode });
        break;
      case "backOff":
        change("backOff", at);
        break;
      case "said":
        break;
    }
  }
  if (current !== undefined && current.from < length) spans.push({ ...current, to: length });
  return { ...name, spans, marks };
}

function arrowsOf(moment: Moment): readonly Arrow[] {
  const { at, because } = moment;
  if (because === undefined || !("container" in moment)) return [];
  if (because.container === moment.container) return [];
  return [{ from: because, to: { container: moment.container, at } }];
}

function podMarksOf(moment: Moment, length: Duration): readonly PodMark[] {
  if (moment.kind !== "pod") return [];
  const { what, at, until } = moment;
  return [{ what, from: at, to: until !== undefined && until > length ? length : until }];
}

function storyOf(moment: Moment): readonly StoryLine[] {
  const { at, text } = moment;
  if (text === undefined) return [];
  const who = moment.who ?? ("container" in moment ? moment.container : "pod");
  return [{ at, who, what: text }];
}

import type { Duration } from "../spec/duration.ts";

/** What a container does for a while. */
export type Doing =
  /** It runs, and koordinator holds its command back. */
  | "held"
  /** Its command runs, and it is not ready. */
  | "starting"
  | "ready"
  /** It was asked to stop, and has not ended. */
  | "stopping"
  /** It has ended and is to be started again, by the kubelet's back-off. */
  | "backOff"
  | "ended";

/** A stretch of a container's life; it ends where the next one begins. */
export interface Span {
  readonly doing: Doing;
  readonly from: Duration;
  readonly to: Duration;
  /** What is worth saying of it: whom it waits for. */
  readonly note: string | undefined;
}

/** Something that befalls a container at one moment. */
export type Mark =
  /** `signal` by its name: `SIGTERM`. */
  | { readonly kind: "signal"; readonly at: Duration; readonly signal: string }
  /** SIGKILL. */
  | { readonly kind: "kill"; readonly at: Duration }
  | { readonly kind: "exit"; readonly at: Duration; readonly code: number };

/** A container's life. */
export interface Lane {
  readonly container: string;
  /** What it is: `native sidecar`, `not under koordinator`. */
  readonly note: string | undefined;
  readonly spans: readonly Span[];
  readonly marks: readonly Mark[];
}

/** A moment in a container's life. */
export interface Point {
  readonly container: string;
  readonly at: Duration;
}

/** What happened in one container because of what happened in another. */
export interface Arrow {
  readonly from: Point;
  readonly to: Point;
}

/** Something that befalls the pod as a whole: its deletion, an API server that is away. */
export interface PodMark {
  readonly what: string;
  readonly from: Duration;
  /** undefined: it is a moment. */
  readonly to: Duration | undefined;
}

/** A line of the log of what happened, and why. */
export interface StoryLine {
  readonly at: Duration;
  /** A container, `kubelet`, `pod`, `Job`. */
  readonly who: string;
  readonly what: string;
}

/** How it all ended. */
export interface Outcome {
  readonly good: boolean;
  readonly what: string;
}

/** One play of a pod, as a picture. */
export interface Timeline {
  readonly title: string;
  /** The end of the time axis. */
  readonly length: Duration;
  readonly lanes: readonly Lane[];
  readonly arrows: readonly Arrow[];
  readonly podMarks: readonly PodMark[];
  readonly story: readonly StoryLine[];
  readonly outcome: Outcome | undefined;
}

/** Plays as JSON, times in milliseconds. */
export function timelinesJson(plays: readonly Timeline[]): string {
  return `${JSON.stringify({ plays }, null, 2)}\n`;
}

/** What the parts of a bar mean, in the order of a life. */
export const LEGEND: readonly (readonly [Exclude<Doing, "ended">, string])[] = [
  ["held", "held"],
  ["starting", "starting"],
  ["ready", "ready"],
  ["stopping", "stopping"],
  ["backOff", "back-off"],
];

/** The part of the legend that a timeline needs. */
export function legendOf({ lanes }: Timeline): typeof LEGEND {
  const seen = new Set(lanes.flatMap(({ spans }) => spans.map(({ doing }) => doing)));
  return LEGEND.filter(([doing]) => seen.has(doing));
}

import type { Workload } from "../manifest/workload.ts";
import type { Duration } from "../spec/duration.ts";
import { specOf } from "./assumptions.ts";
import { type LaneName, type Moment, timelineOf } from "./moment.ts";
import { bringsKoordinator } from "./real_play.ts";
import { withoutKoordinator } from "./without.ts";
import { outcomeText } from "./story_text.ts";
import { styled, type StyledLine, wrapped } from "./styled_text.ts";
import type { Outcome, Timeline } from "./timeline.ts";
import { COLUMNS, timelineText } from "./timeline_text.ts";

/** A play as it is shown: with koordinator, or the same pod without it. */
export interface Shown {
  readonly workload: Workload;
  readonly without: boolean;
}

/** With koordinator, and the same without it if that is asked for. */
export function castOf(workload: Workload, without: boolean): readonly Shown[] {
  const bare = { workload: withoutKoordinator(workload), without: true };
  return [{ workload, without: false }, ...(without ? [bare] : [])];
}

/** The beginning of a play's text. */
export function heading(shown: Shown, how: string): readonly StyledLine[] {
  return wrapped(`${titleOf(shown)}, ${how}`, COLUMNS).map((line) => styled(line, "bold"));
}

/** What a play is called. */
export function titleOf({ workload, without }: Shown): string {
  return `${workload.kind} ${workload.name}${without ? ", without koordinator" : ""}`;
}

/** The containers that are worth a lane, each with what it is. */
export function lanesOf({ workload, without }: Shown): readonly LaneName[] {
  const { containers } = workload.pod;
  const isSupervised = (container: typeof containers[number]) =>
    specOf(container.supervision) !== undefined;
  const some = !without && containers.some(isSupervised);
  return containers.filter((container) => !bringsKoordinator(container, workload)).map(
    (container) => {
      const notes = [
        ...(container.role === "nativeSidecar" ? ["native sidecar"] : []),
        ...(container.role === "init" ? ["init container"] : []),
        ...(some && !isSupervised(container) ? ["not under koordinator"] : []),
      ];
      return {
        container: container.name,
        note: notes.length === 0 ? undefined : notes.join(", "),
      };
    },
  );
}

/** The picture of a play. */
export function pictureOf(
  shown: Shown,
  { moments, outcome, length }: {
    readonly moments: readonly Moment[];
    readonly outcome: Outcome | undefined;
    readonly length: Duration;
  },
): Timeline {
  return timelineOf(moments, { title: titleOf(shown), lanes: lanesOf(shown), length, outcome });
}

/** The end of a text: the bars, and how it ended. */
export function closingText(timeline: Timeline): readonly StyledLine[] {
  return [[], ...timelineText(timeline), [], ...outcomeText(timeline)];
}

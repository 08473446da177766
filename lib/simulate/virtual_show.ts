import type { Workload } from "../manifest/workload.ts";
import type { Duration } from "../spec/duration.ts";
import type { VirtualMode } from "./options.ts";
import { castOf, closingText, heading, pictureOf } from "./shown.ts";
import { storyText } from "./story_text.ts";
import { styled, type StyledLine, wrapped } from "./styled_text.ts";
import type { Timeline } from "./timeline.ts";
import { COLUMNS } from "./timeline_text.ts";
import { playVirtually, settingsOf } from "./virtual_play.ts";
import { commandsWithout, failingWithout } from "./without.ts";

/** A play in virtual time, as it is drawn and as it is told. */
export interface VirtualShow {
  readonly timeline: Timeline;
  readonly lines: readonly StyledLine[];
}

/** Plays a pod in virtual time; and, if asked for, the same without koordinator. */
export function showVirtually(
  workload: Workload,
  options: {
    readonly deleteAfter: Duration | undefined;
    readonly limit: Duration | undefined;
    readonly without: boolean;
  },
  mode: VirtualMode,
): readonly VirtualShow[] {
  const failing = failingWithout(workload);
  const otherwise = commandsWithout(workload, mode.commands);
  return castOf(workload, options.without).map((shown, index) => {
    const played = playVirtually(
      shown.workload,
      mode,
      options,
      shown.without ? otherwise : new Map(),
    );
    const timeline = pictureOf(shown, played);
    const lines = [
      ...(index === 0 ? [] : [[], []]),
      ...heading(shown, `in virtual time, seed ${mode.seed}`),
      ...assumedText(workload, mode, shown.without ? [...failing.keys()] : []),
      [],
      ...storyText(timeline),
      ...closingText(timeline),
    ];
    return { timeline, lines };
  });
}

/** What was taken for granted, since nothing was said of it. */
function assumedText(
  workload: Workload,
  { commands }: VirtualMode,
  failing: readonly string[],
): readonly StyledLine[] {
  const settings = settingsOf(workload, new Map());
  const said = workload.pod.containers.flatMap(({ name, role }) => {
    if (failing.includes(name)) return [`${name} fails, since it starts before what it waits for`];
    if (commands.get(name)?.ends !== undefined || role === "init") return [];
    const { ends = [] } = settings.get(name) ?? {};
    return ends.length === 0
      ? [`${name} runs until it is stopped`]
      : [`${name} ends by itself with ${ends.join(" or ")}`];
  });
  if (said.length === 0) return [];
  const text = `assumed: ${said.join("; ")}; how long each takes`;
  return wrapped(text, COLUMNS).map((line) => styled(line, "dim"));
}

import { type Duration, milliseconds } from "../spec/duration.ts";
import { type Moment, timelineOf } from "./moment.ts";
import { lanesOf, type Shown, titleOf } from "./shown.ts";
import { storyLineText, whoColumns } from "./story_text.ts";
import type { StyledLine } from "./styled_text.ts";
import { timelineText } from "./timeline_text.ts";

/** Where lines go, and whether those above can be written over. */
export interface Screen {
  readonly print: (lines: readonly StyledLine[]) => void;
  /** Writes a picture that the next call removes; does nothing where that cannot be. */
  readonly draw: (lines: readonly StyledLine[]) => void;
}

/** A play that is shown while it goes on. */
export interface Live {
  readonly tell: (moment: Moment) => void;
  /** All that was told. */
  readonly moments: readonly Moment[];
  /** Takes the picture away: what follows is printed. */
  readonly end: () => void;
}

/** Between two pictures, in milliseconds. */
const REDRAW = 200;

/** The least that the axis of a picture that grows shows, in milliseconds. */
const SHORTEST_AXIS = 10_000;

/** Shows each moment as a line of the log, and below of it the bars as they grow. */
export function showLive(shown: Shown, screen: Screen): Live {
  const began = performance.now();
  const moments: Moment[] = [];
  const lanes = lanesOf(shown);
  const columns = whoColumns([...lanes.map(({ container }) => container), "kubelet"]);
  const draw = () => {
    const now = milliseconds(performance.now() - began);
    screen.draw([[], ...timelineText(growing(shown, moments, now))]);
  };
  const timer = setInterval(draw, REDRAW);
  return {
    moments,
    tell(moment) {
      moments.push(moment);
      const { at, text } = moment;
      if (text === undefined) return;
      const who = moment.who ?? ("container" in moment ? moment.container : "pod");
      screen.print(storyLineText({ at, who, what: text }, columns));
      draw();
    },
    end() {
      clearInterval(timer);
      screen.draw([]);
    },
  };
}

/** The picture so far: bars end now, on an axis with room for more. */
function growing(shown: Shown, moments: readonly Moment[], now: Duration) {
  const axis = Math.max(SHORTEST_AXIS, Math.ceil(now / SHORTEST_AXIS) * SHORTEST_AXIS);
  const lanes = lanesOf(shown);
  const { lanes: drawn, ...rest } = timelineOf(moments, {
    ...{ title: titleOf(shown), lanes, length: now, outcome: undefined },
  });
  return { ...rest, lanes: drawn, length: milliseconds(axis) };
}

/** A terminal whose lines can be written over; elsewhere pictures that would be removed are not drawn. */
export function createScreen(
  write: (text: string) => void,
  format: (line: StyledLine) => string,
  canGoBack: boolean,
): Screen {
  let drawn = 0;
  // https://en.wikipedia.org/wiki/ANSI_escape_code#CSI_sequences: so many lines up, and clear below.
  const clear = () => {
    const text = drawn === 0 ? "" : `\x1b[${drawn}A\x1b[J`;
    drawn = 0;
    return text;
  };
  const text = (lines: readonly StyledLine[]) => lines.map((line) => `${format(line)}\n`).join("");
  return {
    print: (lines) => write(clear() + text(lines)),
    draw(lines) {
      if (!canGoBack) return;
      const before = clear();
      drawn = lines.length;
      write(before + text(lines));
    },
  };
}

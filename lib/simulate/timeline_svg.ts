import type { Duration } from "../spec/duration.ts";
import { formatMoment } from "./story_text.ts";
import { colours, escaped, rounded as r, SANS } from "./svg_style.ts";
import { ticksOf } from "./time_axis.ts";
import { type Arrow, type Lane, legendOf, type Span, type Timeline } from "./timeline.ts";

/** In this width a picture is drawn; its text can be read at two thirds of it. */
const WIDTH = 560;
const SIDE = 16;
/** Behind the bars, for an exit code. */
const BEHIND = 34;
const BARS = WIDTH - 2 * SIDE - BEHIND;
/** A letter of 14 and of 13 units, at most, by a wide font. */
const LETTER = 8;
const SMALL_LETTER = 7.2;

const BAR = 18;
const NAME = 30;
const LANE = NAME + BAR + 8;
const TICKS = 5;

/** Where things stand. */
interface Layout {
  readonly x: (at: Duration) => number;
  /** The upper edge of a container's bar. */
  readonly bar: (container: string) => number | undefined;
  readonly lanes: { readonly top: number; readonly bottom: number };
}

/**
 * Pictures as SVG, one below the other: no script, no font and no image of elsewhere; light and dark
 * as its reader's theme.
 */
export function timelineSvg(...timelines: readonly Timeline[]): string {
  const elements: string[] = [];
  let height = 0;
  for (const timeline of timelines) {
    const picture = draw(timeline);
    elements.push(`<g transform="translate(0 ${height})">`, ...picture.elements, "</g>");
    height += picture.height;
  }
  const title = timelines.map((timeline) => timeline.title).join("; ");
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" ` +
    `height="${height}" role="img" aria-labelledby="title desc">`,
    `<title id="title">${escaped(title)}</title>`,
    `<desc id="desc">${escaped(timelines.map(described).join(" "))}</desc>`,
    `<style>${colours()}${STYLE}</style>`,
    `<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" ` +
    `markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L8 4L0 8z" class="head"/></marker></defs>`,
    `<rect width="${WIDTH}" height="${height}" rx="6" class="ground"/>`,
    ...elements,
    "</svg>",
    "",
  ].join("\n");
}

function draw(
  timeline: Timeline,
): { readonly elements: readonly string[]; readonly height: number } {
  const { lanes, length } = timeline;
  const title = 24 + SIDE;
  const top = title + 28 + timeline.podMarks.length * 20;
  const bottom = top + lanes.length * LANE;
  const places = new Map(lanes.map(({ container }, index) => [container, top + index * LANE]));
  const layout: Layout = {
    x: (at) => SIDE + at / Math.max(length, 1) * BARS,
    bar: (container) => {
      const place = places.get(container);
      return place === undefined ? undefined : place + NAME;
    },
    lanes: { top, bottom },
  };
  const signs = legend(timeline, bottom + 26);
  const height = bottom + 22 + signs.height + (timeline.outcome === undefined ? 0 : 26);
  const elements = [
    `<text x="${SIDE}" y="${title - 8}" class="title">${escaped(timeline.title)}</text>`,
    ...axis(timeline, layout, title + 16),
    ...podMarks(timeline, layout, title + 40),
    ...lanes.flatMap((lane) => laneBars(lane, layout)),
    ...timeline.arrows.flatMap((arrow) => drawArrow(arrow, layout)),
    ...lanes.flatMap((lane) => laneWords(lane, layout)),
    ...signs.elements,
    ...outcome(timeline, height - 14),
  ];
  return { elements, height };
}

const STYLE = [
  `text{font:14px ${SANS};fill:var(--text);paint-order:stroke;stroke:var(--ground);stroke-width:4px;` +
  `stroke-linejoin:round}`,
  ".ground{fill:var(--ground)}",
  ".title{font-weight:600;font-size:16px}.name{font-weight:600}",
  ".small{font-size:13px}.quiet{fill:var(--quiet)}.middle{text-anchor:middle}.end{text-anchor:end}",
  ".grid{stroke:var(--line);stroke-width:1}",
  ".held{fill:var(--held);stroke:var(--heldEdge);stroke-dasharray:3 3}",
  ".starting{fill:var(--starting)}.ready{fill:var(--ready)}.stopping{fill:var(--stopping)}",
  ".backOff{fill:var(--backOff)}.ended{fill:var(--line)}",
  ".arrow{fill:none;stroke:var(--cause);stroke-width:2}.head{fill:var(--cause)}",
  ".good{fill:var(--good);font-weight:600}.bad{fill:var(--bad);font-weight:600}",
  ".away{fill:var(--bad);opacity:.12}.moment{stroke:var(--bad);stroke-dasharray:4 3}",
  ".inBar{stroke:none;fill:var(--text)}",
].join("");

function axis({ length }: Timeline, { x, lanes }: Layout, y: number): readonly string[] {
  return ticksOf(length, TICKS + 1).flatMap(({ at, label }) => [
    `<path d="M${r(x(at))} ${y + 6}V${lanes.bottom}" class="grid"/>`,
    `<text x="${r(x(at))}" y="${y}" class="small quiet${
      at === 0 ? "" : " middle"
    }">${label}</text>`,
  ]);
}

function podMarks({ podMarks }: Timeline, { x, lanes }: Layout, y: number): readonly string[] {
  return podMarks.flatMap(({ what, from, to }, index) => {
    const [begin, end] = [x(from), x(to ?? from)];
    const top = y + index * 20;
    const fits = begin + 6 + what.length * SMALL_LETTER <= WIDTH;
    return [
      to === undefined
        ? `<path d="M${r(begin)} ${top - 10}V${lanes.bottom}" class="moment"/>`
        : `<rect x="${r(begin)}" y="${top - 10}" width="${r(end - begin)}" ` +
          `height="${lanes.bottom - top + 10}" class="away"/>`,
      `<text x="${r(fits ? begin + 6 : begin - 6)}" y="${top}" class="small bad${
        fits ? "" : " end"
      }">${escaped(what)}</text>`,
    ];
  });
}

function laneBars({ container, spans }: Lane, { x, bar }: Layout): readonly string[] {
  const top = bar(container) ?? 0;
  return spans.flatMap((span) => {
    const width = Math.max(x(span.to) - x(span.from), span.doing === "ended" ? 0 : 2);
    const tip = `<title>${escaped(`${container}: ${wordsOf(span)}`)}</title>`;
    const [y, height] = span.doing === "ended" ? [top + BAR / 2 - 1, 2] : [top, BAR];
    return [
      `<rect x="${r(x(span.from))}" y="${r(y)}" width="${r(width)}" height="${height}" ` +
      `class="${span.doing}">${tip}</rect>`,
    ];
  });
}

function laneWords(lane: Lane, { x, bar }: Layout): readonly string[] {
  const { container, spans, marks } = lane;
  const top = bar(container) ?? 0;
  const isIn = ({ note, from, to }: Span) =>
    note !== undefined && note.length * SMALL_LETTER <= x(to) - x(from) - 8;
  const beside = lane.note ?? spans.find((span) => span.note !== undefined && !isIn(span))?.note;
  const words = [
    `<text x="${SIDE}" y="${top - 10}"><tspan class="name">${escaped(container)}</tspan>${
      beside === undefined ? "" : `<tspan class="small quiet" dx="8">${escaped(beside)}</tspan>`
    }</text>`,
    ...spans.filter(isIn).map((span) =>
      `<text x="${r(x(span.from) + 6)}" y="${top + BAR - 4}" class="small inBar">` +
      `${escaped(span.note ?? "")}</text>`
    ),
  ];
  let taken = SIDE + container.length * LETTER + (beside?.length ?? 0) * SMALL_LETTER + 14;
  for (const mark of marks) {
    const place = x(mark.at);
    if (mark.kind === "exit") {
      const next = spans.find(({ from, doing }) => from >= mark.at && doing !== "ended");
      const room = (next === undefined ? WIDTH : x(next.from)) - place;
      if (room < String(mark.code).length * LETTER + 8) continue;
      const style = mark.code === 0 ? "good" : "bad";
      words.push(
        `<text x="${r(place + 6)}" y="${top + BAR - 4}" class="${style}">${mark.code}</text>`,
      );
      continue;
    }
    const label = mark.kind === "kill" ? "SIGKILL" : mark.signal;
    const width = label.length * SMALL_LETTER + 6;
    const turned = place + width > WIDTH - SIDE || place < taken;
    const begin = turned ? place - width : place;
    if (begin < taken) continue;
    taken = begin + width + 6;
    const style = `${mark.kind === "kill" ? "bad" : "quiet"}${turned ? " end" : ""}`;
    // Beside the arrow that leads there.
    const at = turned ? place - 6 : place + 6;
    words.push(`<text x="${r(at)}" y="${top - 6}" class="small ${style}">${label}</text>`);
  }
  return words;
}

/** From the cause's bar to the effect's: down or up, and along in the gap beside the effect. */
function drawArrow({ from, to }: Arrow, { x, bar }: Layout): readonly string[] {
  const [cause, effect] = [bar(from.container), bar(to.container)];
  if (cause === undefined || effect === undefined || cause === effect) return [];
  const down = cause < effect;
  const [begin, end] = [down ? cause + BAR : cause, down ? effect : effect + BAR];
  const [x1, x2] = [x(from.at), x(to.at)];
  const gap = down ? begin + 6 : begin - NAME + 24;
  const way = x2 - x1 < 8
    ? `M${r(x2)} ${r(begin)}V${r(end)}`
    : `M${r(x1)} ${r(begin)}V${r(gap)}H${r(x2)}V${r(end)}`;
  return [`<path d="${way}" class="arrow" marker-end="url(#head)"/>`];
}

/** What the signs mean, in as many rows as that takes. */
function legend(
  timeline: Timeline,
  first: number,
): { readonly elements: readonly string[]; readonly height: number } {
  const elements: string[] = [];
  let [x, y] = [SIDE, first];
  const add = (sign: (x: number, y: number) => string, signWidth: number, words: string) => {
    const width = signWidth + 6 + words.length * SMALL_LETTER;
    if (x > SIDE && x + width > WIDTH - SIDE) [x, y] = [SIDE, y + 20];
    elements.push(
      `${sign(x, y)}<text x="${r(x + signWidth + 6)}" y="${y}" class="small quiet">${words}</text>`,
    );
    x += width + 14;
  };
  for (const [doing, words] of legendOf(timeline)) {
    const sign = (x: number, y: number) =>
      `<rect x="${r(x)}" y="${y - 11}" width="14" height="12" class="${doing}"/>`;
    add(sign, 14, words);
  }
  if (timeline.arrows.length > 0) {
    const sign = (x: number, y: number) =>
      `<path d="M${r(x + 5)} ${y - 12}V${y + 1}" class="arrow" marker-end="url(#head)"/>`;
    add(sign, 10, "because of");
  }
  if (timeline.lanes.some(({ marks }) => marks.some(({ kind }) => kind === "exit"))) {
    add((x, y) => `<text x="${r(x)}" y="${y}" class="small good">0</text>`, 9, "exit code");
  }
  return { elements, height: y - first + 20 };
}

function outcome({ outcome }: Timeline, y: number): readonly string[] {
  if (outcome === undefined) return [];
  const { good, what } = outcome;
  return [
    `<text x="${SIDE}" y="${y}" class="${good ? "good" : "bad"}">${escaped(what)}</text>`,
  ];
}

function wordsOf({ doing, from, to, note }: Span): string {
  const words = { backOff: "back-off", ended: "ended" };
  const what = doing === "backOff" || doing === "ended" ? words[doing] : doing;
  const why = note === undefined ? "" : `, ${note}`;
  return `${what} from ${formatMoment(from)} to ${formatMoment(to)}${why}`;
}

/** What the picture shows, for those who cannot see it. */
function described({ story, outcome }: Timeline): string {
  const lines = story.map(({ at, who, what }) => `${formatMoment(at)} ${who} ${what}.`);
  return [...lines, ...(outcome === undefined ? [] : [outcome.what])].join(" ");
}

import { LINE, SIZE, widthOf } from "./boxes.ts";
import { headOf, wayOf } from "./curves.ts";
import type { Arrow, PodGraph } from "./graph.ts";
import { isSupervised } from "./words.ts";
import { rounded } from "./xml.ts";

const SAMPLE = { width: 34, height: 12 } as const;
const GAP = 8;
const BETWEEN = 20;

const ARROWS: readonly (readonly [Arrow["kind"], string])[] = [
  ["order", "the kubelet starts it once"],
  ["start", "starts once"],
  ["stop", "stops once"],
];

interface Entry {
  readonly sample: readonly string[];
  readonly text: string;
}

/** What the lines of a picture mean, those that it has: broken into rows of at most `width`. */
export function legendOf(
  graphs: readonly PodGraph[],
  width: number,
): { readonly parts: readonly string[]; readonly height: number } {
  const row = SIZE.small * LINE + 3;
  const parts: string[] = [];
  let [x, y] = [0, 0];
  for (const { sample, text } of entriesOf(graphs)) {
    const needed = SAMPLE.width + GAP + widthOf({ text });
    if (x > 0 && x + needed > width) [x, y] = [0, y + row];
    parts.push(
      `<g transform="translate(${rounded(x)} ${rounded(y)})">`,
      ...sample,
      `<text class="legend" x="${SAMPLE.width + GAP}" y="${SAMPLE.height - 1.5}">${text}</text>`,
      "</g>",
    );
    x += needed + BETWEEN;
  }
  return { parts, height: parts.length === 0 ? 0 : y + SAMPLE.height };
}

function entriesOf(graphs: readonly PodGraph[]): readonly Entry[] {
  const kinds = new Set(graphs.flatMap(({ arrows }) => arrows.map(({ kind }) => kind)));
  const entries = ARROWS.filter(([kind]) => kinds.has(kind)).map(([kind, text]): Entry => {
    const points = [0, SAMPLE.width].map((x) => ({ x, y: SAMPLE.height / 2 }));
    return {
      sample: [
        `<path class="${kind}" d="${wayOf(points)}"/>`,
        `<polygon class="head ${kind}" points="${headOf(points)}"/>`,
      ],
      text,
    };
  });
  const containers = graphs.flatMap(({ nodes }) =>
    nodes.flatMap((node) => node.kind === "container" ? [node.container] : [])
  );
  const box = (look: string) => [
    `<rect class="box ${look}" x="1" width="${
      SAMPLE.width - 2
    }" height="${SAMPLE.height}" rx="3"/>`,
  ];
  if (containers.some(isSupervised)) {
    entries.push({ sample: box("supervised"), text: "under koordinator" });
  }
  if (!containers.every(isSupervised)) {
    entries.push({ sample: box("unsupervised"), text: "not under koordinator" });
  }
  return entries;
}

import type { Point } from "./layout.ts";
import { rounded } from "./xml.ts";

/** The length and half the width of an arrow's head. */
const HEAD = { length: 9, half: 4.5 } as const;

/**
 * A smooth way through points, as the attribute `d`: upright at each of them. It ends at the foot of the
 * arrow's head.
 */
export function wayOf(points: readonly Point[]): string {
  const [first, ...rest] = [...points.slice(0, -1), footOf(points)];
  if (first === undefined) return "";
  let from = first;
  const pieces = rest.map((to) => {
    const middle = (from.y + to.y) / 2;
    const bend = from.x === to.x || from.y === to.y
      ? `L${pair(to)}`
      : `C${pair({ x: from.x, y: middle })} ${pair({ x: to.x, y: middle })} ${pair(to)}`;
    from = to;
    return bend;
  });
  return `M${pair(first)}${pieces.join("")}`;
}

/** The head of an arrow, as the attribute `points`. */
export function headOf(points: readonly Point[]): string {
  const tip = points.at(-1) ?? { x: 0, y: 0 };
  const foot = footOf(points);
  const [along, across] = [
    { x: (tip.x - foot.x) / HEAD.length, y: (tip.y - foot.y) / HEAD.length },
    HEAD.half,
  ];
  return [
    tip,
    { x: foot.x - along.y * across, y: foot.y + along.x * across },
    { x: foot.x + along.y * across, y: foot.y - along.x * across },
  ].map(pair).join(" ");
}

/** Where the head begins: the last stretch arrives upright, or level if it is level. */
function footOf(points: readonly Point[]): Point {
  const tip = points.at(-1) ?? { x: 0, y: 0 };
  const before = points.at(-2) ?? tip;
  const [x, y] = tip.y === before.y
    ? [Math.sign(tip.x - before.x), 0]
    : [0, Math.sign(tip.y - before.y)];
  return { x: tip.x - x * HEAD.length, y: tip.y - y * HEAD.length };
}

function pair({ x, y }: Point): string {
  return `${rounded(x)},${rounded(y)}`;
}

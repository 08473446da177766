import { visible } from "../spec/visible.ts";

/**
 * Fonts that systems have: a picture in a page may load none.
 * https://www.w3.org/TR/css-fonts-4/#generic-font-families
 */
export const SANS = 'system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif';
export const MONO = 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace';

/**
 * Colours by what they are for, on light and on dark. All that is written has a contrast of at least
 * 4.5 to what it stands on. https://www.w3.org/TR/WCAG22/#contrast-minimum
 */
const COLOURS = {
  ground: ["#ffffff", "#0d1117"],
  text: ["#1f2328", "#e6edf3"],
  quiet: ["#59636e", "#9198a1"],
  line: ["#d1d9e0", "#3d444d"],
  held: ["#e4e8ec", "#262c36"],
  heldEdge: ["#8c959f", "#656c76"],
  starting: ["#f2cc60", "#d4a72c"],
  ready: ["#4ac26b", "#3fb950"],
  stopping: ["#c297ff", "#a371f7"],
  backOff: ["#ffb8b0", "#8e3530"],
  cause: ["#0969da", "#58a6ff"],
  good: ["#116329", "#56d364"],
  bad: ["#b31d28", "#ff7b72"],
  onBar: ["#1f2328", "#0d1117"],
} as const;

/** The custom properties of a picture's colours: `var(--ready)`. */
export function colours(): string {
  const of = (theme: 0 | 1) =>
    Object.entries(COLOURS).map(([name, pair]) => `--${name}:${pair[theme]}`).join(";");
  return `svg{${of(0)}}@media(prefers-color-scheme:dark){svg{${of(1)}}}`;
}

/** Text as it may stand in XML; control characters, which are none, as they are told elsewhere. */
export function escaped(text: string): string {
  return visible(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** A number as it stands in an attribute. */
export function rounded(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** What all plots have: a ground, a title, colours of light and dark. */
import { colours, escaped, SANS } from "../../lib/simulate/svg_style.ts";

/** In this width a plot is drawn; its text can be read at two thirds of it. */
export const WIDTH = 560;
export const SIDE = 16;
/** A letter of 13 units, at most, by a wide font. */
export const LETTER = 7.2;
/** One that is drawn strong. */
export const STRONG_LETTER = 8.1;

const STYLE = [
  `text{font:13px ${SANS};fill:var(--text)}.ground{fill:var(--ground)}`,
  ".title{font-weight:600;font-size:15px}.quiet{fill:var(--quiet)}.strong{font-weight:600}",
  ".plate{paint-order:stroke;stroke:var(--ground);stroke-width:5px;stroke-linejoin:round}",
  ".middle{text-anchor:middle}.end{text-anchor:end}",
  ".grid{stroke:var(--line);stroke-width:1}.goal{stroke:var(--good);stroke-width:1.5;",
  "stroke-dasharray:5 4}.goalText{fill:var(--good)}",
  ".ours{fill:var(--cause);stroke:var(--cause)}.peer{fill:var(--heldEdge);stroke:var(--heldEdge)}",
  ".box{stroke:none;opacity:.35}.whisker{stroke-width:1.5;fill:none}.median{stroke-width:3}",
  ".line{fill:none;stroke-width:2}.dot{stroke:none}",
  ".c0{--c:var(--cause)}.c1{--c:var(--bad)}.c2{--c:var(--good)}.c3{--c:var(--stopping)}",
  ".line.c0,.line.c1,.line.c2,.line.c3{stroke:var(--c)}",
  ".dot.c0,.dot.c1,.dot.c2,.dot.c3,tspan.c0,tspan.c1,tspan.c2,tspan.c3{fill:var(--c)}",
].join("");

/** A plot: no script, no font and no image of elsewhere. */
export function plotFrame(
  title: string,
  description: string,
  height: number,
  elements: readonly string[],
): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" ` +
    `height="${height}" role="img" aria-labelledby="title desc">`,
    `<title id="title">${escaped(title)}</title>`,
    `<desc id="desc">${escaped(description)}</desc>`,
    `<style>${colours()}${STYLE}</style>`,
    `<rect width="${WIDTH}" height="${height}" rx="6" class="ground"/>`,
    ...elements,
    "</svg>",
    "",
  ].join("\n");
}

/** A title in as many lines as it takes. */
export function titleLines(
  title: string,
): { readonly elements: string[]; readonly bottom: number } {
  const most = Math.floor((WIDTH - 2 * SIDE) / (STRONG_LETTER * 1.1));
  const lines: string[] = [];
  for (const word of title.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > most) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  const elements = lines.map((line, index) =>
    `<text x="${SIDE}" y="${28 + index * 19}" class="title">${escaped(line)}</text>`
  );
  return { elements, bottom: 28 + (lines.length - 1) * 19 };
}

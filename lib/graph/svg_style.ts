import { SIZE } from "./boxes.ts";

interface Colours {
  readonly page: string;
  readonly text: string;
  readonly muted: string;
  readonly box: string;
  readonly edge: string;
  readonly start: string;
  readonly stop: string;
  readonly fault: string;
}

const LIGHT: Colours = {
  page: "#ffffff",
  text: "#1f2328",
  muted: "#59636e",
  box: "#f6f8fa",
  edge: "#818b98",
  start: "#0969da",
  stop: "#bc4c00",
  fault: "#cf222e",
};

const DARK: Colours = {
  page: "#0d1117",
  text: "#f0f6fc",
  muted: "#9198a1",
  box: "#1c2128",
  edge: "#7d8590",
  start: "#58a6ff",
  stop: "#f0883e",
  fault: "#ff7b72",
};

const SANS = "system-ui,-apple-system,'Segoe UI','Noto Sans',Helvetica,Arial,sans-serif";
const MONO = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace";

/** Every rule begins with it: a picture that is put into a page changes nothing around it. */
export const CLASS = "koordinator-graph";

/** The look of the pictures, in the colours that the reader's screen is set to. */
export const STYLE = [
  `.${CLASS}{max-width:100%;height:auto;font-family:${SANS}}`,
  ...coloured(LIGHT),
  rule("text", `text-anchor:middle;font-size:${SIZE.small}px`),
  rule(".title", `font-size:${SIZE.title}px;font-weight:600;text-anchor:start`),
  rule(".name", `font-family:${MONO};font-size:${SIZE.name}px;font-weight:600`),
  rule(".legend", "text-anchor:start"),
  rule(".box", "stroke-width:1.5"),
  rule(".unsupervised", "stroke-dasharray:5 4"),
  rule("path", "fill:none;stroke-width:1.75"),
  rule("path.stop", "stroke-dasharray:7 4"),
  rule(".head", "stroke:none"),
  `@media (prefers-color-scheme:dark){${coloured(DARK).join("")}}`,
].join("\n");

function rule(selector: string, body: string): string {
  return `.${CLASS} ${selector}{${body}}`;
}

function coloured(colours: Colours): readonly string[] {
  const arrow = (kind: string, colour: string) => [
    rule(`path.${kind}`, `stroke:${colour}`),
    rule(`.head.${kind}`, `fill:${colour}`),
    rule(`text.${kind}`, `fill:${colour}`),
  ];
  return [
    rule(".page", `fill:${colours.page}`),
    rule("text", `fill:${colours.text}`),
    rule(".what,.note,.legend", `fill:${colours.muted}`),
    rule(".box", `fill:${colours.box};stroke:${colours.edge}`),
    rule(".box.supervised", `stroke:${colours.start}`),
    rule(".box.faulty", `stroke:${colours.fault}`),
    rule("text.fault", `fill:${colours.fault}`),
    // Behind a label, so that no arrow runs through its letters.
    rule(".plate", `fill:${colours.page}`),
    ...arrow("order", colours.muted),
    ...arrow("start", colours.start),
    ...arrow("stop", colours.stop),
  ];
}

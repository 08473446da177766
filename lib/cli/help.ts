import { CALLS } from "./calls.ts";

/** Where what a call does begins. */
const COLUMN = 38;

const text = () =>
  `koordinator gives the containers of a pod an order.

${CALLS.map(lineOf).join("")}
The spec is the JSON in KOORDINATOR_SPEC:
  {"startDeps":["proxy"]}             hold COMMAND back until the container proxy is ready
  {"stopDeps":["main"]}               stop COMMAND once the container main has ended for good

Exit codes: COMMAND's own, 128+n if it died of signal n, or
  121  a start dependency can never be met
  124  start timeout
  125  koordinator's own failure, or a bad configuration
  126  COMMAND cannot be executed
  127  COMMAND was not found
  143  terminated while waiting
`;

/** `koordinator help`: prints how koordinator is called. */
export function help(_args: readonly string[]): number {
  Deno.stdout.writeSync(new TextEncoder().encode(text()));
  return 0;
}

function lineOf({ words, does }: typeof CALLS[number]): string {
  const call = `  koordinator ${words}`;
  const gap = call.length < COLUMN - 1
    ? " ".repeat(COLUMN - call.length)
    : `\n${" ".repeat(COLUMN)}`;
  return `${call}${gap}${does}\n`;
}

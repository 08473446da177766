import { bringsKoordinator, type RealPlay, runs } from "./real_play.ts";
import { styled, type StyledLine, wrapped } from "./styled_text.ts";
import { COLUMNS } from "./timeline_text.ts";

/** What is real and what is not, for whoever looks at a play with real processes. */
export function standInText(play: RealPlay): readonly StyledLine[] {
  const { containers } = play.workload.pod;
  const standIns = containers.filter(({ name }) => play.standIns.has(name));
  const own = containers.filter((container) =>
    !play.standIns.has(container.name) && !bringsKoordinator(container, play.workload)
  );
  return [
    "real: koordinator, signals, probes, exit codes; kubelet and API server are stand-ins",
    ...standIns.map((each) => `stand-in for ${each.name}: ${quoted(runs(play, each) ?? [])}`),
    ...own.map((each) => `${each.name} runs its own command: ${quoted(runs(play, each) ?? [])}`),
  ].flatMap((line) => wrapped(line, COLUMNS)).map((line) => styled(line, "dim"));
}

/** The longest command that is printed whole. */
const LONGEST = 100;

/** As one would type it here. */
function quoted(command: readonly string[]): string {
  const here = `${Deno.cwd()}/`;
  const text = command.map((word) =>
    word === Deno.execPath() ? "deno" : word.startsWith(here) ? word.slice(here.length) : word
  ).map((word) => /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word}'`).join(" ");
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

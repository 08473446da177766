import { readManifest } from "../../lib/manifest/manifest.ts";
import { parseOptions } from "../../lib/simulate/options.ts";
import { styled } from "../../lib/simulate/styled_text.ts";
import { COLUMNS } from "../../lib/simulate/timeline_text.ts";
import { showVirtually } from "../../lib/simulate/virtual_show.ts";
import { terminalSvg } from "./terminal_svg.ts";

/** Where the picture lies, from the root of the repository. */
export const DEMO = "docs/pictures/demo.svg";

const FILE = "examples/job.yaml";

/** As it is typed: with times of its own, that of the demo's stand-ins, and a seed. */
const CALL = [
  ["simulate", FILE, "--without", "--seed", "7"],
  ["--ready", "cloud-sql-proxy=2s", "--ends", "main-container=0@2s"],
];

/**
 * The terminal in which the demo's Job is played in virtual time, which is the same on every machine:
 * what is printed, in its colours.
 */
export async function drawDemo(root: URL): Promise<string> {
  const options = parseOptions(CALL.flat().slice(1));
  const text = await Deno.readTextFile(new URL(FILE, root));
  const [workload] = readManifest({ name: FILE, text }).workloads;
  if (workload === undefined || options.mode.kind !== "virtual") throw new Error(`${FILE}: no Job`);
  const [first, second] = CALL.map((words) => words.join(" "));
  const lines = [
    styled(`$ koordinator ${first} \\`, "bold"),
    styled(`    ${second}`, "bold"),
    ...showVirtually(workload, options, options.mode).flatMap(({ lines }) => lines),
  ];
  return terminalSvg("koordinator simulate, and what it prints", lines, COLUMNS);
}

import { checkManifests, type Report } from "../check/check_manifests.ts";
import { exploreWorkload } from "../check/explore_workload.ts";
import { githubOutput } from "../check/github_output.ts";
import { jsonOutput } from "../check/json_output.ts";
import { sarifOutput } from "../check/sarif_output.ts";
import { textOutput } from "../check/text_output.ts";
import { Verdict, verdictOf } from "../check/verdict.ts";
import { KoordinatorError } from "../errors.ts";
import { type Manifest, readManifest } from "../manifest/manifest.ts";
import type { Assumptions } from "../simulate/assumptions.ts";
import { timelineSvg } from "../simulate/timeline_svg.ts";
import { closest } from "../spec/did_you_mean.ts";
import { quoted, visible } from "../spec/visible.ts";
import { VERSION } from "../version.ts";
import { type CheckOptions, parseCheckOptions, USAGE } from "./check_options.ts";
import { print } from "./print.ts";
import { readSourceFile } from "./source_files.ts";
import { hasColours } from "./terminal.ts";

/** What each output makes of a report. */
const WRITERS: Readonly<Record<CheckOptions["output"], (report: Report) => string>> = {
  text: (report) => textOutput(report, { colour: hasColours() }),
  json: jsonOutput,
  github: githubOutput,
  sarif: (report) => sarifOutput(report, VERSION),
};

/**
 * `koordinator check FILE...`: judges the pods of some files before they are applied; `-` is standard
 * input.
 *
 * @returns 0; 1 if something was found; 2 if something could not be read or there is no pod
 * @throws {KoordinatorError} exit code 125, if it is called wrongly
 */
export async function check(args: readonly string[]): Promise<number> {
  if (args.includes("--help")) {
    print(USAGE);
    return Verdict.nothingFound;
  }
  const options = parseCheckOptions(args);
  const unread: KoordinatorError[] = [];
  const manifests: Manifest[] = [];
  for (const path of new Set(options.paths)) {
    try {
      manifests.push(readManifest(await readSourceFile(path)));
    } catch (error) {
      if (!(error instanceof KoordinatorError)) throw error;
      unread.push(error);
    }
  }
  mustBeThere(options.assumptions, manifests);
  const report = checkManifests(
    manifests,
    options.explores ? (workload) => exploreWorkload(workload, options) : undefined,
  );
  print(WRITERS[options.output](report));
  if (options.picture !== undefined) await drawStories(report, options.picture);
  for (const { message } of unread) say(message);
  if (unread.length > 0) return Verdict.notRead;
  const verdict = verdictOf(report, options);
  if (report.pods > 0 || options.allowNoPods || verdict === Verdict.notRead) return verdict;
  say(noPods(manifests));
  return Verdict.notRead;
}

/** Where there is no story no file is written, and it is said. */
async function drawStories({ proofs }: Report, path: string): Promise<void> {
  const timelines = proofs.flatMap(({ pictures }) => pictures());
  if (timelines.length === 0) return say(`there is no story to draw: ${path} is not written`);
  try {
    await Deno.writeTextFile(path, timelineSvg(...timelines));
  } catch (cause) {
    throw new KoordinatorError(`cannot write ${path}`, {
      hint: "choose a file in a folder that is there and can be written to",
      cause,
    });
  }
}

/** What is said of a container that there is not would be believed, and not heeded. */
function mustBeThere(assumptions: Assumptions, manifests: readonly Manifest[]): void {
  const names = manifests.flatMap(({ workloads }) =>
    workloads.flatMap(({ pod }) => pod.containers.map(({ name }) => name))
  );
  for (const name of assumptions.keys()) {
    if (names.includes(name)) continue;
    const meant = closest(name, names);
    throw new KoordinatorError(`no pod has a container ${quoted(name)}`, {
      hint: meant === undefined ? `there are ${names.join(", ")}` : `did you mean ${meant}?`,
    });
  }
}

/** What was there instead; silence would look like a check that was passed. */
function noPods(manifests: readonly Manifest[]): string {
  const kinds = [...new Set(manifests.flatMap(({ kinds }) => kinds))];
  const names = manifests.map(({ file }) => file.name).join(", ");
  const instead = kinds.length === 0 ? "no object of Kubernetes" : `only ${kinds.join(", ")}`;
  return `no pod was found, so nothing was checked: ${names}: ${instead}`;
}

function say(message: string): void {
  console.error(`koordinator: ${visible(message)}`);
}

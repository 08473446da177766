import { parseArgs } from "@std/cli/parse-args";
import { KoordinatorError } from "../errors.ts";
import { toDot } from "../graph/dot.ts";
import { graphOf, type PodGraph } from "../graph/graph.ts";
import { toMermaid } from "../graph/mermaid.ts";
import { toSvg } from "../graph/svg.ts";
import { toText } from "../graph/text.ts";
import type { Fault } from "../manifest/fault.ts";
import { readManifest } from "../manifest/manifest.ts";
import type { Workload } from "../manifest/workload.ts";
import { visible } from "../spec/visible.ts";
import { print } from "./print.ts";
import { readSourceFile, UNREADABLE } from "./source_files.ts";

const USAGE = "koordinator graph FILE [--name NAME] [--output text|svg|mermaid|dot]";

/** The first is the default. */
const OUTPUTS: ReadonlyMap<string, (graphs: readonly PodGraph[]) => string> = new Map([
  ["text", toText],
  ["svg", toSvg],
  ["mermaid", toMermaid],
  ["dot", toDot],
]);

/**
 * `koordinator graph FILE`: draws who starts and stops after whom, of every pod of the file or of one.
 *
 * @throws {KoordinatorError} exit code 125, if it is called wrongly; 2, if there is nothing to draw
 */
export async function graph(args: readonly string[]): Promise<number> {
  if (args.includes("--help")) {
    print(`${USAGE}\n`);
    return 0;
  }
  const { path, name, draw } = parse(args);
  const { workloads, faults } = readManifest(await readSourceFile(path));
  for (const fault of faults) console.error(`koordinator: ${lineOf(fault)}`);
  if (faults.some(({ kind }) => kind === "syntax")) {
    throw new KoordinatorError("a part of the file was not read, and would be missing", {
      exitCode: UNREADABLE,
      hint: "mend the YAML first",
    });
  }
  print(draw(chosen(workloads, name).map(graphOf)));
  return 0;
}

function parse(args: readonly string[]) {
  const { _: files, output, name, ...unknown } = parseArgs(args, { string: ["output", "name"] });
  const [path, extra] = files;
  const usage = (message: string) =>
    new KoordinatorError(message, {
      hint: USAGE,
    });
  const [stranger] = Object.keys(unknown);
  if (stranger !== undefined) throw usage(`koordinator graph has no option --${stranger}`);
  if (path === undefined || extra !== undefined) throw usage("koordinator graph takes one file");
  const word = typeof output === "string" ? output : "text";
  const draw = OUTPUTS.get(word);
  if (draw === undefined) {
    throw usage(`--output is ${JSON.stringify(word)}, and not one of text, svg, mermaid, dot`);
  }
  return { path: String(path), name: typeof name === "string" ? name : undefined, draw };
}

/** Those of a name, which may stand behind the kind: `Job/example`. */
function chosen(workloads: readonly Workload[], name: string | undefined): readonly Workload[] {
  const found = workloads.filter((each) =>
    name === undefined || each.name === name || `${each.kind}/${each.name}` === name
  );
  if (found.length > 0) return found;
  const names = workloads.map(({ kind, name }) => `${kind}/${name}`).join(", ");
  throw workloads.length === 0
    ? new KoordinatorError("there is no pod in the file", {
      exitCode: UNREADABLE,
      hint: "a pod is in a Pod, Job, CronJob, Deployment, StatefulSet, DaemonSet or ReplicaSet",
    })
    : new KoordinatorError(`no pod has the name ${name}`, { hint: `there are ${names}` });
}

function lineOf({ message, range: { file, start } }: Fault): string {
  return visible(`${file}:${start.line}:${start.column}: ${message}`);
}

/** What `deno task bench` is told. */
import { parseArgs } from "@std/cli/parse-args";
import * as v from "valibot";
import { PART_NAMES, type PartName } from "./saved.ts";

export const USAGE = `usage: deno task bench [OPTION...]

  --only PART,...        measures these parts: ${PART_NAMES.join(", ")}; all by default
  --runs N               runs of each contender, 20 by default
  --lanes N              pods at a time in the part job, 4 by default; 1 takes four times as long
  --jobs N               Jobs at once in the part burst, 30 by default
  --supervisors N        of the part scale, 500 by default
  --peer NAME=COMMAND    another program to put in front of commands; may be given more than once
  --peer-env NAME=FILE   its variables, as docs/performance.md says
  --write                writes docs/performance.md and its pictures, of all parts that were measured
  --print                measures nothing: prints what was measured before
  --quick                a minute that fails where a ratio is worse than the recorded one
  --record               with --quick: records the ratios for this release instead`;

const count = (otherwise: number) =>
  v.optional(
    v.pipe(v.string(), v.regex(/^[1-9]\d{0,4}$/), v.transform(Number)),
    String(otherwise),
  );
const Parts = v.pipe(
  v.string(),
  v.transform((text) => text.split(",")),
  v.array(v.picklist(PART_NAMES)),
);

const Options = v.strictObject({
  _: v.strictTuple([]),
  only: v.optional(Parts),
  runs: count(20),
  lanes: count(4),
  jobs: count(30),
  supervisors: count(500),
  peer: v.optional(v.array(v.string()), []),
  "peer-env": v.optional(v.array(v.string()), []),
  write: v.boolean(),
  print: v.boolean(),
  quick: v.boolean(),
  record: v.boolean(),
});

/** The options as they are used. */
export interface BenchOptions {
  readonly parts: readonly PartName[];
  readonly runs: number;
  readonly lanes: number;
  readonly jobs: number;
  readonly supervisors: number;
  readonly peers: readonly string[];
  readonly peerFiles: readonly string[];
  readonly write: boolean;
  readonly quick: boolean;
  readonly record: boolean;
}

/** Reads them; undefined if they are none. */
export function readOptions(args: readonly string[]): BenchOptions | undefined {
  const parsed = v.safeParse(
    Options,
    parseArgs([...args], {
      string: ["only", "runs", "lanes", "jobs", "supervisors", "peer", "peer-env"],
      collect: ["peer", "peer-env"],
      boolean: ["write", "print", "quick", "record"],
    }),
  );
  if (!parsed.success) return undefined;
  const { only, print, peer, ["peer-env"]: peerFiles, ...rest } = parsed.output;
  const wanted = print ? [] : PART_NAMES.filter((part) => only?.includes(part) ?? true);
  const { runs, lanes, jobs, supervisors, write, quick, record } = rest;
  return {
    parts: wanted,
    runs,
    lanes,
    jobs,
    supervisors,
    peers: peer,
    peerFiles,
    write,
    quick,
    record,
  };
}

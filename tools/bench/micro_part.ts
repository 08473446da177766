/** The figures of the program alone, as they are measured in micro/, as a part of the bench. */
import { readBuild } from "../image/contents.ts";
import { makeImage } from "../image/make_image.ts";
import { findTarget } from "../support/target.ts";
import { type Figure, type Part, result } from "./figure.ts";
import { thisMachine } from "./machine.ts";
import type { Peer } from "./peers.ts";
import type { Figure as MicroFigure } from "./micro/figures.ts";
import { type Peer as MicroPeer, type Scenario, SCENARIOS } from "./micro/contenders.ts";
import { runMicro } from "./micro/run_micro.ts";

/** How each unit of theirs is shown. */
const UNITS: Readonly<
  Record<MicroFigure["unit"], { readonly unit: Figure["unit"]; readonly divisor: number }>
> = {
  ms: { unit: "ms", divisor: 1 },
  us: { unit: "µs", divisor: 1 },
  kB: { unit: "MiB", divisor: 1024 },
  bytes: { unit: "MB", divisor: 1e6 },
};

/** Of the runs of other parts: each life has two rests of some seconds. `micro.ts` alone has more. */
const SHARE = 0.5;
/** For how long an idle one is looked at, and how often. */
const IDLE_MS = 5000;
const RUNS_PER_REST = 10;
/** What could not be less; no one who does the work. */
const BOUNDS: readonly string[] = ["nothing", "floor"];

/** Measures them. */
export async function measureMicro(
  repository: string,
  peers: readonly Peer[],
  wanted: number,
  progress: (text: string) => void,
): Promise<Part> {
  const runs = Math.ceil(wanted * SHARE);
  const machine = await thisMachine(repository);
  const { figures, missing } = await runMicro({
    koordinator: `${repository}/dist/koordinator`,
    peers: peers.map(micro),
    runs,
    rests: Math.max(1, Math.round(runs / RUNS_PER_REST)),
    idleMs: IDLE_MS,
    // That of the image is kept, and what is pulled.
    compressed: false,
    progress,
  });
  for (const line of missing) progress(`without ${line}`);
  progress("size of the image");
  const pulled = await imageSize(repository);
  return { machine, runs, growths: [], figures: [...figures.map(shown), pulled] };
}

/** The image's layer; it takes a minute if it was not compressed before. */
async function imageSize(repository: string): Promise<Figure> {
  const host = findTarget();
  const build = await readBuild(`${repository}/`, host);
  if (build === undefined) throw new Error("dist/koordinator is missing: run `deno task compile`");
  const { layerSizes } = await makeImage([build], {
    ...{ reference: "koordinator:bench", compression: "zstd", host, cache: `${repository}/.cache` },
  });
  const samples = [...layerSizes.values()].map((bytes) => bytes / 1e6);
  return {
    ...{ id: "alone-pulled", name: "image, to pull", unit: "MB", compared: false },
    results: [result({ name: "koordinator", ours: true }, samples, "no image")],
  };
}

/** A scenario that it cannot do has no variables. */
function micro({ name, program, args, alone }: Peer): MicroPeer {
  const command = [program, ...args];
  if (alone === undefined) return { name, command };
  const env: Partial<Record<Scenario, Readonly<Record<string, string>>>> = {};
  for (const scenario of SCENARIOS) {
    const variables = alone[scenario];
    if (variables !== undefined) env[scenario] = variables;
  }
  return { name, command, env };
}

function shown({ id, name, unit: theirs, goal, measured }: MicroFigure): Figure {
  const { unit, divisor } = UNITS[theirs];
  const results = measured.map(({ contender: name, samples }) => ({
    contender: {
      ...{ name, ours: name === "koordinator" },
      ...BOUNDS.includes(name) ? { bound: true } : {},
    },
    outcome: {
      kind: "measured" as const,
      samples: samples.map((sample) => sample / divisor),
    },
  }));
  const compared = results.some(({ contender }) => !contender.ours && contender.bound !== true);
  // Goals in words are those of another figure.
  const most = /^[\d.]+$/.test(goal) ? { goal: Number(goal) / divisor } : {};
  return { id: `alone-${id}`, name, unit, ...most, compared, results };
}

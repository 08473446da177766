import { fileURLToPath } from "node:url";
import { compress } from "../../image/compression.ts";
import { type Contender, findContenders, type Peer } from "./contenders.ts";
import type { MicroFigures } from "./figures.ts";
import { compilePrograms } from "./programs.ts";
import { Samples } from "./samples.ts";
import { launchOnce, liveOnce, type Place, restOnce } from "./scenarios.ts";
import { startServer } from "./server_process.ts";

/** What is measured, and how thoroughly. */
export interface MicroOptions {
  /** @default dist/koordinator of this checkout */
  readonly koordinator?: string;
  readonly peers?: readonly Peer[];
  /** How often each is run. @default 40 */
  readonly runs?: number;
  /** How long one rests before something is asked of it, in milliseconds. @default 2600 */
  readonly restMs?: number;
  /** For how long the processor's time of one that waits is taken, in milliseconds. @default 10000 */
  readonly idleMs?: number;
  /** How many updates of the pod its cost is taken from. @default 200 */
  readonly updates?: number;
  /** How often idling and updates are measured. @default 5 */
  readonly rests?: number;
  /** Parts to be measured. @default all */
  readonly parts?: readonly Part[];
  /** Names of contenders. @default all */
  readonly only?: readonly string[];
  /** Compresses the files, which takes a minute. @default true */
  readonly compressed?: boolean;
  /** Told what is being done. */
  readonly progress?: (line: string) => void;
}

/** What can be measured by itself. */
export const PARTS = ["launch", "life", "rest", "size"] as const;
export type Part = typeof PARTS[number];

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** Measures all contenders in turn. */
export async function runMicro(options: MicroOptions = {}): Promise<MicroFigures> {
  const { runs = 40, rests = 5, parts = PARTS, progress = () => {} } = options;
  const { koordinator = `${ROOT}dist/koordinator` } = options;
  const programs = await compilePrograms(`${ROOT}.cache/bench`);
  const root = await Deno.makeTempDir();
  try {
    await using server = await startServer(root);
    const { contenders: all, missing } = await findContenders(
      koordinator,
      programs,
      server,
      options.peers ?? [],
    );
    const contenders = all.filter(({ name }) => options.only?.includes(name) ?? true);
    const samples = new Samples();
    const { restMs = 2600, idleMs = 10_000, updates = 200 } = options;
    const place: Place = { programs, server, samples, restMs, idleMs, updates };
    const inTurn = async (times: number, what: string, act: (one: Contender) => Promise<void>) => {
      // The first one brings files into memory, and does not count.
      for (let run = 0; run <= times; run++) {
        progress(`${what} ${run} of ${times}`);
        for (const contender of run % 2 === 0 ? contenders : contenders.toReversed()) {
          await act(contender);
        }
        if (run === 0) samples.forget();
      }
      samples.settle();
    };
    if (parts.includes("launch")) await inTurn(runs, "launch", (one) => launchOnce(one, place));
    if (parts.includes("life")) await inTurn(runs, "life", (one) => liveOnce(one, place));
    if (parts.includes("rest")) await inTurn(rests, "rest", (one) => restOnce(one, place));
    if (parts.includes("size")) {
      for (const { name, file } of contenders) {
        if (file === undefined) continue;
        progress(`size of ${name}`);
        const bytes = await Deno.readFile(file);
        samples.add("size", name, bytes.length);
        if (options.compressed === false) continue;
        samples.add("compressed", name, (await compress(bytes, "zstd")).length);
      }
      samples.settle();
    }
    return {
      at: new Date().toISOString(),
      machine: await machine(),
      runs,
      missing,
      figures: samples.figures(contenders.map(({ name }) => name)),
    };
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

async function machine(): Promise<string> {
  const cpus = await Deno.readTextFile("/proc/cpuinfo").catch(() => "");
  const model = /^model name\s*:\s*(.*)$/m.exec(cpus)?.[1] ?? Deno.build.arch;
  return `${model}, ${navigator.hardwareConcurrency} processors, Linux ${Deno.osRelease()}`;
}

/**
 * The regression test of the continuous integration: what koordinator does on its own, as multiples of
 * what an empty program of the same runtime takes, measured in turn on the same machine. These ratios
 * are held against those of the last release; a time alone says more of the machine than of the program.
 */
import * as v from "valibot";
import { compileBaselines } from "../cost/baselines.ts";
import { measureRatios, type RatioName, RATIOS } from "./ratios.ts";
import { number } from "./words.ts";

/** What a ratio may be of the recorded one: what a busy machine makes of it, and no more. */
const TOLERANCE = 1.4;
/** A machine that has something else to do at the moment is asked again. */
const ROUNDS = 3;

const Recorded = v.object({
  /** The version that the ratios are of. */
  version: v.string(),
  ratios: v.record(v.picklist(RATIOS), v.number()),
});

/** Where they are recorded, one entry for each release. */
const FILE = "tools/bench/baseline.json";

/** @returns the ratios that are lost, in words */
export async function findLosses(repository: string): Promise<readonly string[]> {
  const [last] = await readRecorded(repository);
  if (last === undefined) throw new Error(`${FILE} has no release: call it with --record`);
  const { empty } = await compileBaselines(`${repository}/`);
  const executable = `${repository}/dist/koordinator`;
  const least = new Map<RatioName, number>();
  let suspected: readonly RatioName[] = RATIOS;
  for (let round = 0; round < ROUNDS && suspected.length > 0; round++) {
    for (const [name, ratio] of await measureRatios(executable, empty, suspected)) {
      const best = Math.min(ratio, least.get(name) ?? Infinity);
      least.set(name, best);
      console.log(
        `${name}: ${number(ratio)} times an empty program's start, ${last.version} had ` +
          `${number(last.ratios[name] ?? NaN)}, at most ${number(limit(last.ratios[name]))}`,
      );
    }
    suspected = suspected.filter((name) => (least.get(name) ?? 0) > limit(last.ratios[name]));
  }
  return suspected.map((name) =>
    `${name}: ${number(least.get(name) ?? NaN)} times an empty program's start at the least, ` +
    `${number(last.ratios[name] ?? NaN)} in ${last.version}`
  );
}

/** What no release has recorded has no limit yet. */
function limit(recorded: number | undefined): number {
  return recorded === undefined ? Infinity : recorded * TOLERANCE;
}

/** Records the ratios of this version, the newest first, in place of what it had. */
export async function recordRatios(repository: string, version: string): Promise<void> {
  const { empty } = await compileBaselines(`${repository}/`);
  // The least of all rounds, as it is the least that is held against it.
  const ratios: Partial<Record<RatioName, number>> = {};
  for (let round = 0; round < ROUNDS; round++) {
    const measured = await measureRatios(`${repository}/dist/koordinator`, empty, RATIOS);
    for (const [name, ratio] of measured) {
      ratios[name] = Math.min(Number(ratio.toPrecision(3)), ratios[name] ?? Infinity);
    }
  }
  const others = (await readRecorded(repository)).filter((entry) => entry.version !== version);
  const text = JSON.stringify([{ version, ratios }, ...others], undefined, 2);
  await Deno.writeTextFile(`${repository}/${FILE}`, `${text}\n`);
  console.log(text);
}

async function readRecorded(repository: string) {
  const text = await Deno.readTextFile(`${repository}/${FILE}`).catch(() => "[]");
  return v.parse(v.array(Recorded), JSON.parse(text));
}

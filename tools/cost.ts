/** `deno task cost`: what dist/koordinator costs, beside an empty program that is made the same way. */
import { fileURLToPath } from "node:url";
import { startApiServer } from "./scripted_cluster/api_server.ts";
import { pod, unready } from "./scripted_cluster/pods.ts";
import { compareStarts } from "./cost/starts.ts";
import { restingMemory } from "./cost/memory.ts";
import { compileBaselines } from "./cost/baselines.ts";
import { readBuild } from "./image/contents.ts";
import { makeImage } from "./image/make_image.ts";
import { median } from "./support/statistics.ts";
import { findTarget } from "./support/target.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const EXECUTABLE = `${ROOT}dist/koordinator`;

/** The ways to the command, and what each may take as a multiple of the empty program's time. */
const STARTS = [
  { way: "nothing asked of koordinator", env: {}, most: 1.1 },
  { way: "disabled", env: { KOORDINATOR_DISABLED: "true" }, most: 1.1 },
  { way: "nothing asked, but in a variable", env: { KOORDINATOR_DISABLED: "false" }, most: 1.4 },
  { way: "a spec without dependencies", env: { KOORDINATOR_SPEC: "{}" }, most: 1.4 },
  {
    way: "a command that is supervised",
    env: { KOORDINATOR_SPEC: '{"handOver":false}' },
    most: 1.5,
  },
] as const;
/** What a watch may take, in kilobytes. */
const MOST_MEMORY_KB = 9 * 1024;
/** What the image of one platform may have, in bytes. */
const MOST_TO_PULL = 33e6;

/** Starts of each program, and how often they are measured at the most. */
const PAIRS = 40;
const ROUNDS = 3;

const { empty, idle } = await compileBaselines(ROOT);

const { size } = await Deno.stat(EXECUTABLE);
const layer = await compressedSize();
console.log(`file: ${(size / 1e6).toFixed(1)} MB, to pull: ${(layer / 1e6).toFixed(1)} MB`);

const slow: string[] = [];
for (const { way, env, most } of STARTS) {
  let ratio = Infinity;
  // A machine that has something else to do at the moment is asked again.
  for (let round = 0; round < ROUNDS && ratio > most; round++) {
    const starts = await compareStarts({ argv: [EXECUTABLE, "/bin/true"], env }, {
      argv: [empty],
      env: {},
    }, PAIRS);
    ratio = median(starts.map(({ ours, other }) => ours / other));
    console.log(
      `start, ${way}: ${median(starts.map(({ ours }) => ours)).toFixed(1)} ms to the command's ` +
        `end, an empty program: ${median(starts.map(({ other }) => other)).toFixed(1)} ms, ` +
        `ratio ${ratio.toFixed(2)}, at most ${most} (median of ${PAIRS} pairs)`,
    );
  }
  if (ratio > most) slow.push(`start, ${way}: ${ratio.toFixed(2)} times an empty program's time`);
}

await using server = await startApiServer({ pod: pod([unready("main"), unready("proxy")]) });
const root = await Deno.makeTempDir();
await server.writeServiceAccount(root);
const watching = await restingMemory([EXECUTABLE, "/bin/true"], {
  ...server.env(root),
  KOORDINATOR_STATE_DIR: `${root}/state`,
  KOORDINATOR_POD_NAME: "pod",
  KOORDINATOR_POD_NAMESPACE: "default",
  KOORDINATOR_SPEC: '{"startDeps":["proxy"]}',
});
const alone = await restingMemory([idle], {});
await Deno.remove(root, { recursive: true });
for (const [what, memory] of [["in a watch", watching], ["an idle program", alone]] as const) {
  console.log(
    `memory ${what}: ${memory.RssAnon} kB of its own, ${memory.RssFile} kB of the file, ` +
      `${memory.RssShmem} kB of libraries, ${memory.Threads} threads`,
  );
}

const faults = [
  ...slow,
  ...layer > MOST_TO_PULL ? [`${layer} bytes are to be pulled`] : [],
  ...watching.RssAnon > MOST_MEMORY_KB ? [`a watch takes ${watching.RssAnon} kB`] : [],
];
for (const fault of faults) console.error(`cost: ${fault}`);
Deno.exit(faults.length === 0 ? 0 : 1);

/** The image's layer of this platform; it takes a minute if it was not compressed before. */
async function compressedSize(): Promise<number> {
  const host = findTarget();
  const build = await readBuild(ROOT, host);
  if (build === undefined) throw new Error("dist/koordinator is missing: run `deno task compile`");
  const { layerSizes } = await makeImage([build], {
    ...{ reference: "koordinator:cost", compression: "zstd", host, cache: `${ROOT}.cache` },
  });
  return [...layerSizes.values()].reduce((sum, layer) => sum + layer, 0);
}

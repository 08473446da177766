/** `deno task cost`: what dist/koordinator costs, beside an empty program that is made the same way. */
import { startApiServer } from "../tests/support/api_server.ts";
import { pod, unready } from "../tests/supervisor/pods.ts";
import { compareStarts, median } from "./cost/starts.ts";
import { restingMemory } from "./cost/memory.ts";
import { compileBaselines } from "./cost/baselines.ts";

const ROOT = new URL("..", import.meta.url).pathname;
const EXECUTABLE = `${ROOT}dist/koordinator`;

/** What a start may take, as a multiple of the empty program's; and what a watch may, in kilobytes. */
const MOST_TIME = 1.1;
const MOST_MEMORY_KB = 9 * 1024;

/** Starts of each program, and how often they are measured at the most. */
const STARTS = 60;
const ROUNDS = 3;

const { empty, idle } = await compileBaselines(ROOT);

const { size } = await Deno.stat(EXECUTABLE);
console.log(`file: ${(size / 1e6).toFixed(1)} MB`);

let ratio = Infinity;
// A machine that has something else to do at the moment is asked again.
for (let round = 0; round < ROUNDS && ratio > MOST_TIME; round++) {
  const starts = await compareStarts([EXECUTABLE, "/bin/true"], [empty], STARTS);
  ratio = median(starts.map(({ ours, other }) => ours / other));
  console.log(
    `exec to the command's end: ${median(starts.map(({ ours }) => ours)).toFixed(1)} ms, ` +
      `an empty program's: ${median(starts.map(({ other }) => other)).toFixed(1)} ms, ` +
      `ratio ${ratio.toFixed(2)} (median of ${STARTS} pairs)`,
  );
}

await using server = await startApiServer({ pod: pod([unready("main"), unready("proxy")]) });
const root = await Deno.makeTempDir();
await server.writeServiceAccount(root);
const watching = await restingMemory([EXECUTABLE, "/bin/true"], {
  ...server.env(root),
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
  ...ratio > MOST_TIME ? [`a start takes ${ratio.toFixed(2)} times an empty program's`] : [],
  ...watching.RssAnon > MOST_MEMORY_KB ? [`a watch takes ${watching.RssAnon} kB`] : [],
];
for (const fault of faults) console.error(`cost: ${fault}`);
Deno.exit(faults.length === 0 ? 0 : 1);

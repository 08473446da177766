/**
 * `deno task e2e [FILE...] [OPTION...]`: the end-to-end tests on a real cluster, all of them or those of
 * some files, with options for `deno test`. `deno task compile` and `deno task image` come first.
 * docs/how-to/e2e.md says which cluster is taken.
 */
import { lacksOf } from "./e2e/capabilities.ts";
import { fileURLToPath } from "node:url";
import { findCluster } from "./e2e/cluster.ts";
import { cloudSqlProxy } from "./e2e/cloud_sql_proxy.ts";
import { makeImages } from "./e2e/images.ts";
import { kubectlOf } from "./e2e/kubectl.ts";
import { exists } from "./e2e/output.ts";
import { type Counts, listSkips, type Outcome, runTests } from "./e2e/run_tests.ts";
import { versionsOf } from "./e2e/versions.ts";

const repository = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");
const CHAOS = "tests/chaos";

/**
 * Runs the tests on a cluster, then those that break it, one at a time.
 * @param args files and folders of tests, all by default, and options for `deno test`
 */
async function runAll(env: Record<string, string>, args: readonly string[]): Promise<Outcome[]> {
  const files = args.filter((arg) => /^tests\/\S/.test(arg));
  const options = args.filter((arg) => !files.includes(arg));
  const chosen = files.length === 0 ? ["tests/cluster", CHAOS] : files;
  const outcomes: Outcome[] = [];
  for (const breaking of [false, true]) {
    const paths = chosen.filter((path) => path.startsWith(CHAOS) === breaking);
    if (paths.length === 0) continue;
    // Those that break it are not quiet: some print the figures that the docs show.
    const how = breaking ? [] : ["--quiet", "--parallel"];
    outcomes.push(
      await runTests({ repository, paths, env, options: [...how, ...options], print }),
    );
  }
  return outcomes;
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

/**
 * Prints what was skipped and why, on what it ran, and how many tests did what.
 * @param on the cluster with its versions
 * @returns the exit code
 */
function conclude(outcomes: readonly Outcome[], on: string): number {
  const sum = (name: keyof Counts) =>
    outcomes.reduce((total, { counts }) => total + (counts?.[name] ?? 0), 0);
  for (const line of listSkips(outcomes.flatMap(({ skips }) => skips))) console.log(line);
  console.log(`cluster: ${on}`);
  console.log(`${sum("passed")} passed, ${sum("failed")} failed, ${sum("skipped")} skipped`);
  const incomplete = outcomes.some(({ counts }) => counts === undefined);
  return incomplete || sum("failed") > 0 ? 1 : 0;
}

const found = await findCluster({ env: (name) => Deno.env.get(name), repository });
if ("missing" in found) {
  console.error("\n!!! END-TO-END TESTS SKIPPED: there is no cluster. One of these is needed:");
  for (const line of found.missing) console.error(`!!!   ${line}`);
  console.error("");
  Deno.exit(conclude(await runAll({}, Deno.args), "none"));
}
const kubectl = kubectlOf(found);
const on = `${found.source}, ${await versionsOf(kubectl)}`;
console.error(`cluster: ${on}`);
const koordinator = `${repository}/dist/koordinator.image.tar`;
if (!await exists(koordinator)) {
  throw new Error(
    `there is no ${koordinator}: run "deno task compile" and "deno task image" first`,
  );
}
const cache = `${repository}/.cache`;
const tars = await makeImages({
  repository,
  into: `${cache}/e2e-images`,
  cloudSqlProxy: await cloudSqlProxy(cache),
});
await found.load([koordinator, ...tars]);
const env = {
  ...kubectl.env,
  KOORDINATOR_E2E_KUBECTL: kubectl.program,
  KOORDINATOR_E2E_LACKS: JSON.stringify(await lacksOf(kubectl)),
  ...(found.folder === undefined ? {} : { KOORDINATOR_E2E_FOLDER: found.folder }),
  ...(found.node === undefined ? {} : { KOORDINATOR_E2E_NODE: JSON.stringify(found.node) }),
};
Deno.exit(conclude(await runAll(env, Deno.args), on));

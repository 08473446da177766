/**
 * `deno task e2e`: the end-to-end tests on a real cluster. `deno task compile` and `deno task image`
 * come first. docs/how-to/e2e.md says which cluster is taken.
 */
import { findCluster } from "./e2e/cluster.ts";
import { cloudSqlProxy } from "./e2e/cloud_sql_proxy.ts";
import { makeImages } from "./e2e/images.ts";
import { exists } from "./e2e/output.ts";

const repository = new URL("..", import.meta.url).pathname.replace(/\/$/, "");

/** How many tests did what. */
interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Runs the tests of a folder; undefined if not even a summary came of it. */
async function runFolder(
  folder: string,
  env: Record<string, string>,
  options: readonly string[],
): Promise<Counts | undefined> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", ...options, folder],
    cwd: repository,
    env: { ...env, NO_COLOR: "1", DENO_JOBS: Deno.env.get("DENO_JOBS") ?? "4" },
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let rest = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    await Deno.stdout.write(new TextEncoder().encode(text));
    rest = (rest + text).slice(-4096);
  }
  await child.status;
  const counts = rest.match(
    /(\d+) passed(?: \([^)]*\))? \| (\d+) failed(?: \([^)]*\))?(?: \| (\d+) ignored)?/,
  );
  if (counts === null) return undefined;
  const [, passed, failed, skipped] = counts.map((count) => Number(count ?? 0));
  return { passed: passed ?? 0, failed: failed ?? 0, skipped: skipped || 0 };
}

/**
 * Runs the tests on a cluster, then those that break it, one at a time, and prints the closing line.
 * @returns the exit code
 */
async function runTests(env: Record<string, string>, filters: readonly string[]): Promise<number> {
  const runs = [
    await runFolder("tests/cluster", env, ["--quiet", "--parallel", ...filters]),
    // Not quiet: some of these print the figures that the docs show.
    await runFolder("tests/chaos", env, filters),
  ];
  const sum = (name: keyof Counts) => runs.reduce((total, run) => total + (run?.[name] ?? 0), 0);
  console.log(`${sum("passed")} passed, ${sum("failed")} failed, ${sum("skipped")} skipped`);
  return runs.includes(undefined) || sum("failed") > 0 ? 1 : 0;
}

const found = await findCluster({ env: (name) => Deno.env.get(name), repository });
if ("reason" in found) {
  console.error(`\n!!! END-TO-END TESTS SKIPPED: there is no cluster: ${found.reason}\n`);
  Deno.exit(await runTests({}, []));
}
console.error(`cluster: ${found.source}`);
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
Deno.exit(
  await runTests({
    KOORDINATOR_E2E_KUBECTL: found.kubectl,
    ...(found.folder === undefined ? {} : { KOORDINATOR_E2E_FOLDER: found.folder }),
    ...(found.kubeconfig === undefined ? {} : { KUBECONFIG: found.kubeconfig }),
  }, Deno.args),
);

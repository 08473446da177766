/**
 * `deno task e2e`: the end-to-end tests on a real cluster. `deno task compile` and `deno task image`
 * come first. docs/how-to/e2e.md says which cluster is taken.
 */
import { findCluster } from "./e2e/cluster.ts";
import { cloudSqlProxy } from "./e2e/cloud_sql_proxy.ts";
import { makeImages } from "./e2e/images.ts";
import { exists } from "./e2e/output.ts";

const repository = new URL("..", import.meta.url).pathname.replace(/\/$/, "");

/**
 * Runs the tests of tests/cluster and prints the closing line.
 * @returns the exit code
 */
async function runTests(env: Record<string, string>, filters: readonly string[]): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--quiet", "--parallel", ...filters, "tests/cluster"],
    cwd: repository,
    env: { ...env, NO_COLOR: "1", DENO_JOBS: Deno.env.get("DENO_JOBS") ?? "4" },
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let summary = "0 passed, 0 failed, 0 skipped";
  const lines = child.stdout.pipeThrough(new TextDecoderStream());
  let rest = "";
  for await (const text of lines) {
    await Deno.stdout.write(new TextEncoder().encode(text));
    rest = (rest + text).slice(-4096);
  }
  const counts = rest.match(
    /(\d+) passed(?: \([^)]*\))? \| (\d+) failed(?: \([^)]*\))?(?: \| (\d+) ignored)?/,
  );
  if (counts) summary = `${counts[1]} passed, ${counts[2]} failed, ${counts[3] ?? 0} skipped`;
  const { code } = await child.status;
  console.log(summary);
  return code === 0 && !counts ? 1 : code;
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
    ...(found.kubeconfig === undefined ? {} : { KUBECONFIG: found.kubeconfig }),
  }, Deno.args),
);

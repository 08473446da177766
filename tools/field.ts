/**
 * `deno task field [NUMBER...]`: plays the inputs of a folder of field cases (`../shared/field`, or
 * KOORDINATOR_FIELD) against the compiled executable, and on a cluster where there is one, and holds what
 * comes of it against what the first line of each expects. docs/how-to/field.md says more.
 */
import { fileURLToPath } from "node:url";
import { resolve } from "node:path";
import { findCluster } from "./e2e/cluster.ts";
import { exists } from "./e2e/output.ts";
import { MANIFESTS } from "./field/manifests.ts";
import { playManifests } from "./field/play_manifests.ts";
import { playScripts } from "./field/play_scripts.ts";
import type { Result } from "./field/result.ts";
import { SCRIPTS } from "./field/scripts.ts";

const repository = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");
const folder = resolve(repository, Deno.env.get("KOORDINATOR_FIELD") ?? "../shared/field");

if (!await exists(folder)) {
  console.error(`\n!!! FIELD INPUTS SKIPPED: there is no ${folder}\n`);
  Deno.exit(0);
}
const chosen = (name: string) => Deno.args.length === 0 || Deno.args.includes(name.slice(0, 2));
const names = [...Deno.readDirSync(folder)].map(({ name }) => name).filter(chosen).sort();
const scripts = names.filter((name) => name.endsWith(".sh"));
const manifests = names.filter((name) => name.endsWith(".yaml") && name !== "00-rbac.yaml");

const results: Result[] = [
  ...[...scripts, ...manifests]
    .filter((name) => !Object.hasOwn(SCRIPTS, name) && !Object.hasOwn(MANIFESTS, name))
    .map((name): Result => ({ name, faults: ["nobody has said how to judge it"] })),
];
const tell = (result: Result) => {
  results.push(result);
  const { name, faults, skipped } = result;
  if (skipped !== undefined) console.log(`skipped  ${name}: ${skipped}`);
  else console.log(`${faults.length === 0 ? "ok      " : "FAILED  "} ${name}`);
  for (const fault of faults) console.log(`         ${fault}`);
};

const executable = `${repository}/dist/koordinator`;
if (!await exists(executable)) throw new Error(`there is no ${executable}: run deno task compile`);
await playScripts(scripts, { folder, executable, tell });
if (manifests.length > 0) {
  const cluster = await findCluster({ env: (name) => Deno.env.get(name), repository });
  if ("missing" in cluster) {
    const why = cluster.missing.join("; ");
    console.error(`\n!!! FIELD MANIFESTS SKIPPED: there is no cluster: ${why}\n`);
    for (const name of manifests) tell({ name, faults: [], skipped: "there is no cluster" });
  } else {
    await playManifests(manifests, { folder, repository, cluster, tell });
  }
}
const failed = results.filter(({ faults }) => faults.length > 0).length;
const skipped = results.filter((result) => result.skipped !== undefined).length;
console.log(`${results.length - failed - skipped} passed, ${failed} failed, ${skipped} skipped`);
Deno.exit(failed === 0 ? 0 : 1);

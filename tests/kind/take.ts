/** Takes a cluster as `deno task e2e` does, and prints what it has found out of it. Called by the tests beside it. */
import { lacksOf } from "../../tools/e2e/capabilities.ts";
import { findCluster } from "../../tools/e2e/cluster.ts";
import { kubectlOf } from "../../tools/e2e/kubectl.ts";

const repository = Deno.args[0] ?? "";
const found = await findCluster({ env: (name) => Deno.env.get(name), repository });
if ("missing" in found) throw new Error(found.missing.join("; "));
const kubectl = kubectlOf(found);
console.log(JSON.stringify({ node: found.node, kubectl, lacks: await lacksOf(kubectl) }));

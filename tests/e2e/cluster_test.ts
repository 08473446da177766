import { assertEquals, assertRejects } from "@std/assert";
import { evaluate, type Surroundings } from "./stubs.ts";

const NOWHERE = "/nowhere/at/all";

/** What is found, as the way to it or as all that is missing. */
async function find(surroundings: Surroundings): Promise<unknown> {
  const found = `subject.findCluster({ env, repository: "${NOWHERE}" })`;
  const told = "(found) => found.source ?? found.missing";
  return (await evaluate("tools/e2e/cluster.ts", `${found}.then(${told})`, surroundings)).value;
}

const GIVEN = { KUBECONFIG: "/kubeconfig", KOORDINATOR_E2E_LOAD: "loader --into it" };

Deno.test("a cluster given by KUBECONFIG is loaded by the command given with it", async () => {
  const { calls } = await evaluate(
    "tools/e2e/cluster.ts",
    `subject.findCluster({ env, repository: "${NOWHERE}" })
      .then((cluster) => cluster.load(["a.tar", "b.tar"]))`,
    { programs: { loader: "true", sh: 'exec /bin/sh "$@"' }, env: GIVEN },
  );
  assertEquals(calls.at(-1), "loader --into it a.tar b.tar");
});

Deno.test("a cluster given by KUBECONFIG without a way to load images is an error", async () => {
  const env = { KUBECONFIG: "/kubeconfig" };
  await assertRejects(() => find({ env }), Error, "KOORDINATOR_E2E_LOAD");
});

Deno.test("without any cluster each missing thing is named", async () => {
  assertEquals(await find({ programs: { kubectl: "true" } }), [
    "KUBECONFIG is not set",
    "there is no cluster in /nowhere/at/shared/cluster",
    "kind: not on the PATH (https://kind.sigs.k8s.io/docs/user/quick-start/#installation)",
    "docker: not on the PATH",
    "nerdctl: not on the PATH",
    "podman: not on the PATH",
  ]);
});

/** A choice that can't be met, whatever else there is, and what is said of it. */
const UNMET = [
  ["kind", GIVEN, "kubectl: not on the PATH"],
  ["folder", GIVEN, "there is no cluster in /nowhere/at/shared/cluster"],
  ["docker", GIVEN, "it can be kubeconfig, folder, kind, or unset"],
  ["kubeconfig", {}, "KUBECONFIG is not set"],
] as const;

for (const [chosen, others, told] of UNMET) {
  Deno.test(`KOORDINATOR_E2E_CLUSTER=${chosen} is an error where that is not there`, async () => {
    const env = { ...others, KOORDINATOR_E2E_CLUSTER: chosen };
    await assertRejects(() => find({ env }), Error, told);
  });
}

Deno.test("a chosen KUBECONFIG is taken", async () => {
  const env = { ...GIVEN, KOORDINATOR_E2E_CLUSTER: "kubeconfig" };
  assertEquals(await find({ env }), "KUBECONFIG=/kubeconfig");
});

/** A cluster of the real kind, in each state that a run may find it in. */
import { fileURLToPath } from "node:url";
import { assert, assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import * as v from "valibot";
import { findEngine } from "../../tools/e2e/engine.ts";
import { onPath, output } from "../../tools/e2e/output.ts";
import { runTests } from "../../tools/e2e/run_tests.ts";

const NAME = "koordinator-e2e-states";
const NODE = `${NAME}-control-plane`;
const repository = fileURLToPath(new URL("../..", import.meta.url));
const engine = await findEngine((name) => Deno.env.get(name));
const folder = await Deno.makeTempDir();

/** Why kind can't run here. */
const missing = [
  ...(await onPath("kind") ? [] : ["kind: not on the PATH"]),
  ...(await onPath("kubectl") ? [] : ["kubectl: not on the PATH"]),
  ...("missing" in engine ? engine.missing : []),
];
const program = "program" in engine ? engine.program : "";

const Taken = v.object({
  node: v.object({ engine: v.string(), container: v.string() }),
  kubectl: v.object({ program: v.string(), env: v.record(v.string(), v.string()) }),
  lacks: v.record(v.string(), v.string()),
});

/** The image of the cluster that is there, where none is given: nothing may be to be had from a registry. */
async function nodeImage(): Promise<Record<string, string>> {
  const inspect = ["inspect", "--format", "{{.Config.Image}}", "koordinator-e2e-control-plane"];
  const image = Deno.env.get("KOORDINATOR_E2E_KIND_IMAGE") ||
    (await output([program, ...inspect]).catch(() => "")).trim();
  return image === "" ? {} : { KOORDINATOR_E2E_KIND_IMAGE: image };
}

async function start(env: Readonly<Record<string, string>>): Promise<Deno.ChildProcess> {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", fileURLToPath(new URL("take.ts", import.meta.url)), folder],
    env: {
      KOORDINATOR_E2E_CLUSTER: "kind",
      KOORDINATOR_E2E_KIND_NAME: NAME,
      ...await nodeImage(),
      ...env,
    },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Takes the cluster to the end; all that was printed on the way is in `progress`. */
async function take(env: Readonly<Record<string, string>> = {}) {
  const { success, stdout, stderr } = await (await start(env)).output();
  const progress = new TextDecoder().decode(stderr);
  assert(success, progress);
  const taken = v.parse(Taken, JSON.parse(new TextDecoder().decode(stdout)));
  return { ...taken, progress, id: await nodeId() };
}

/** Begins to make the cluster, and sends a signal once kind is at work on its node. */
async function interrupted(signal: "SIGINT" | "SIGKILL") {
  const child = await start({});
  let progress = "";
  let sent = false;
  for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
    progress += text;
    if (!sent && progress.includes("Starting control-plane")) {
      sent = true;
      child.kill(signal);
      // It isn't there any more to end kind: that is killed with it, as at a power failure.
      if (signal === "SIGKILL") await output(["pkill", "-KILL", "-f", `kind create .*${NAME} `]);
    }
  }
  await child.stdout.cancel();
  return { status: await child.status, progress };
}

async function nodeId(): Promise<string> {
  return (await output([program, "inspect", "--format", "{{.Id}}", NODE])).trim();
}

async function containers(): Promise<string[]> {
  const all = await output([program, "ps", "--all", "--format", "{{.Names}}"]);
  return all.split("\n").filter((name) => name.startsWith(NAME));
}

async function remove(): Promise<void> {
  await output(["kind", "delete", "cluster", "--name", NAME], {
    env: { KIND_EXPERIMENTAL_PROVIDER: program },
  });
}

/** Gives the node back the taint that kind takes away at the very end. */
async function taint(kubectl: v.InferOutput<typeof Taken>["kubectl"]): Promise<void> {
  const unfinished = "node-role.kubernetes.io/control-plane:NoSchedule";
  await output([kubectl.program, "taint", "nodes", NODE, unfinished], { env: kubectl.env });
}

function kindTest(name: string, test: () => Promise<void>): void {
  const skipped = missing.length > 0;
  Deno.test({
    name: skipped ? `${name} (skipped: ${missing.join("; ")})` : name,
    ignore: skipped,
    fn: test,
  });
}

Deno.test.afterAll(async () => {
  if (missing.length === 0) await remove();
  await Deno.remove(folder, { recursive: true });
});

/** A Docker client that has no daemon, before all else on the PATH. */
async function withoutDaemon(): Promise<Record<string, string>> {
  const bin = `${folder}/bin`;
  await Deno.mkdir(bin, { recursive: true });
  const script = '#!/bin/sh\ncase $1 in --version | -v) echo "Docker version 28.2.2" ;; ' +
    '*) echo "Cannot connect to the Docker daemon" >&2; exit 1 ;; esac\n';
  await Deno.writeTextFile(`${bin}/docker`, script, { mode: 0o755 });
  return { PATH: `${bin}:${Deno.env.get("PATH")}`, KIND_EXPERIMENTAL_PROVIDER: "" };
}

const WITHOUT_GATE = "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n" +
  "featureGates: {ImageVolume: false}\n";

kindTest("a cluster is made by the engine that answers, and kind tells how far it is", async () => {
  await remove();
  const config = `${folder}/without_gate.yaml`;
  await Deno.writeTextFile(config, WITHOUT_GATE);
  const env = program === "docker" ? {} : await withoutDaemon();
  const { node, progress } = await take({ ...env, KOORDINATOR_E2E_KIND_CONFIG: config });
  assertEquals(node, { engine: program, container: NODE });
  assertStringIncludes(progress, "Preparing nodes");
});

kindTest("where image volumes are switched off their tests are skipped, and say why", async () => {
  const { kubectl, lacks } = await take();
  const { counts, skips } = await runTests({
    repository,
    paths: ["tests/cluster/deliver_test.ts"],
    env: {
      ...kubectl.env,
      KOORDINATOR_E2E_KUBECTL: kubectl.program,
      KOORDINATOR_E2E_LACKS: JSON.stringify(lacks),
    },
    options: ["--quiet", "--filter", "/volume|status/"],
    print: () => {},
  });
  assertEquals([counts?.passed, counts?.failed], [0, 0]);
  assert(skips.length > 0);
  for (const { reason } of skips) assertStringIncludes(reason, "no image volumes: ");
});

kindTest("a cluster whose node was stopped is started, and is the same", async () => {
  const before = await take();
  await output([program, "stop", NODE]);
  const after = await take();
  assertEquals(after.id, before.id);
});

kindTest(
  "a cluster that kept the taint of its creation is made again, with image volumes",
  async () => {
    const before = await take();
    await taint(before.kubectl);
    const after = await take();
    assertNotEquals(after.id, before.id);
    assertStringIncludes(after.progress, "is made again: no node takes pods");
    assertEquals(after.lacks, {});
  },
);

kindTest("a Ctrl-C while the cluster is made leaves nothing of it", async () => {
  await remove();
  const { status, progress } = await interrupted("SIGINT");
  assertEquals(status.signal, "SIGINT", progress);
  assertEquals(await containers(), []);
});

kindTest("a cluster whose creation was killed is made again", async () => {
  await remove();
  await interrupted("SIGKILL");
  assertEquals(await containers(), [NODE]);
  const before = await nodeId();
  const after = await take();
  assertNotEquals(after.id, before);
  assertStringIncludes(after.progress, "is made again");
});

kindTest("a creation that fails is an error with kind's words, and leaves nothing", async () => {
  await remove();
  const config = `${folder}/broken.yaml`;
  await Deno.writeTextFile(
    config,
    "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nkubeadmConfigPatches:\n" +
      "  - |\n    kind: ClusterConfiguration\n    kubernetesVersion: none\n",
  );
  const child = await start({ KOORDINATOR_E2E_KIND_CONFIG: config });
  const { success, stderr } = await child.output();
  const printed = new TextDecoder().decode(stderr);
  assert(!success, printed);
  assertStringIncludes(printed, "failed to init node");
  assertStringIncludes(printed, `could not make the cluster ${NAME}`);
  assertEquals(await containers(), []);
});

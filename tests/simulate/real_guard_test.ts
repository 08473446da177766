/** A play with real processes that is killed itself, with no time for a word. */
import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { runningWith } from "../support/running_with.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

function container(name: string, script: string): unknown {
  return {
    name,
    command: ["/koordinator/koordinator", "sh", "-c", script],
    env: [{ name: "KOORDINATOR_SPEC", value: '{"afterExit":[]}' }],
  };
}

async function waitUntil(holds: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!holds()) {
    assert(performance.now() < deadline, what);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

Deno.test("a play that is killed leaves no process and no folder behind", async () => {
  const mark = `simulated-${crypto.randomUUID()}`;
  const folder = await Deno.makeTempDir();
  const script = `trap '' TERM INT HUP; setsid sh -c 'sleep 600; : ${mark}' & ` +
    `while :; do sleep 0.1; : ${mark}; done`;
  const manifest = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "pod" },
    spec: { restartPolicy: "Never", containers: [container("a", script), container("b", script)] },
  };
  await Deno.writeTextFile(`${folder}/pod.yaml`, JSON.stringify(manifest));
  const play = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", `${ROOT}main.ts`, "simulate", "--real", `${folder}/pod.yaml`],
    env: { TMPDIR: folder },
    stdout: "null",
    stderr: "null",
  }).spawn();
  const pods = () => [...Deno.readDirSync(folder)].filter(({ isDirectory }) => isDirectory);
  // Of each container its shell and the one in a session of its own, at least.
  await waitUntil(() => runningWith(mark).length >= 4, "the pod runs");
  assertEquals(pods().length, 1);
  play.kill("SIGKILL");
  await play.status;
  await waitUntil(() => runningWith(mark).length === 0, "no process is left");
  await waitUntil(() => pods().length === 0, "no folder is left");
  await Deno.remove(folder, { recursive: true });
});

/** What five hundred supervisors cost an API server. Prints figures; asserts numbers of requests. */
import { fileURLToPath } from "node:url";
import { assert } from "@std/assert";
import { clusterTest, eventually, type Namespace } from "../cluster/support/cluster.ts";
import { ROLE } from "../cluster/support/manifests.ts";
import { type ApiLoad, apiLoad, credentials, idlePods } from "../../tools/e2e/api_load.ts";
import type { Kubectl } from "../../tools/e2e/kubectl.ts";
import { apiServer, kill, repair, UNLESS_BREAKABLE } from "./faults.ts";

const SUPERVISORS = 500;
/** Supervisors in one process, each with its own connection. */
const PER_PROCESS = 125;
const OURS = fileURLToPath(new URL("../../tools/recovery/ours.ts", import.meta.url));
/** `KOORDINATOR_PEER=PROGRAM` measures another client instead; nothing is asserted then. */
const PEER = Deno.env.get("KOORDINATOR_PEER");

function clientOf(ns: Namespace): Kubectl {
  return { program: ns.program, env: {} };
}

/** Waits until as many watches are open, and gives the load at that moment. */
async function open(ns: Namespace, watches: number): Promise<ApiLoad> {
  let last: ApiLoad | undefined;
  await eventually(`${watches} watches`, async () => {
    last = await apiLoad(clientOf(ns)).catch(() => undefined);
    return last !== undefined && last.watches >= watches;
  }, () => JSON.stringify(last));
  assert(last !== undefined);
  return last;
}

clusterTest("five hundred supervisors are gentle to the API server", async (ns) => {
  await ns.apply(...ROLE);
  const list = { apiVersion: "v1", kind: "List", items: idlePods(SUPERVISORS) };
  await ns.kubectl(["create", "-f", "-"], JSON.stringify(list));
  const root = await Deno.makeTempDir();
  const env = await credentials(clientOf(ns), ns.name, root, await apiServer());
  const program = PEER === undefined
    ? [Deno.execPath(), "run", "-A", "--quiet", "--no-check", OURS]
    : [PEER];
  const [command = "", ...args] = program;
  const before = await apiLoad(clientOf(ns));
  const startedAt = performance.now();
  const processes = Array.from(
    { length: SUPERVISORS / PER_PROCESS },
    (_, part) =>
      new Deno.Command(command, {
        args: [
          ...args,
          ns.name,
          ...Array.from(
            { length: PER_PROCESS },
            (_, index) => `idle-${part * PER_PROCESS + index}`,
          ),
        ],
        env,
        stdout: "null",
        stderr: "null",
      }).spawn(),
  );
  try {
    const after = await open(ns, before.watches + SUPERVISORS);
    const startMs = performance.now() - startedAt;
    const lists = after.lists - before.lists;
    console.log(
      `${SUPERVISORS} watches after ${(startMs / 1000).toFixed(1)} s, ${lists} lists; ` +
        `a watch: ${((after.memoryBytes - before.memoryBytes) / SUPERVISORS / 1024).toFixed(0)} ` +
        `KiB (of ${(after.memoryBytes / 2 ** 20).toFixed(0)} MiB), ` +
        `${((after.cpuSeconds - before.cpuSeconds) / SUPERVISORS * 1000).toFixed(1)} ms of CPU`,
    );
    // One list and one watch each. A few of the cluster's own may come on top.
    if (PEER === undefined) assert(lists <= SUPERVISORS * 1.05, `${lists} lists`);

    await kill("kube-apiserver");
    await repair();
    const restartedAt = performance.now();
    // Watches of the cluster's own may have ended for good.
    const again = await open(ns, SUPERVISORS);
    console.log(
      `after a restart of the API server: all back ${
        ((performance.now() - restartedAt) / 1000).toFixed(1)
      } s after it was ready, with ${again.lists} lists`,
    );
    // A fresh watch cache knows nothing older than itself: one list each, at most.
    if (PEER === undefined) assert(again.lists <= SUPERVISORS * 1.05, `${again.lists} lists`);
  } finally {
    for (const child of processes) child.kill("SIGKILL");
    await Promise.all(processes.map((child) => child.status));
    await repair();
    await Deno.remove(root, { recursive: true });
  }
}, UNLESS_BREAKABLE);

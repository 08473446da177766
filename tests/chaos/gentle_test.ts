/** What five hundred supervisors cost an API server. Prints figures; asserts numbers of requests. */
import { assert } from "@std/assert";
import { clusterTest, eventually, type Namespace } from "../cluster/support/cluster.ts";
import { ROLE } from "../cluster/support/manifests.ts";
import { FOLDER, kill, repair, withSettings } from "./faults.ts";

const SUPERVISORS = 500;
/** Supervisors in one process, each with its own connection. */
const PER_PROCESS = 125;
const OURS = new URL("../../tools/recovery/ours.ts", import.meta.url).pathname;
/** `KOORDINATOR_PEER=PROGRAM` measures another client instead; nothing is asserted then. */
const PEER = Deno.env.get("KOORDINATOR_PEER");

/** The sum of a metric's samples that have all of these labels. */
function sum(metrics: string, name: string, ...labels: readonly string[]): number {
  return metrics.split("\n")
    .filter((line) => line.startsWith(name) && labels.every((label) => line.includes(label)))
    .reduce((total, line) => total + Number(line.slice(line.lastIndexOf(" "))), 0);
}

interface Load {
  /** Pod watches that are open. */
  readonly watches: number;
  /** Lists of pods since the API server's start. */
  readonly lists: number;
  /** What is in use after a garbage collection: heap and stacks. */
  readonly memoryBytes: number;
  readonly cpuSeconds: number;
}

async function load(ns: Namespace): Promise<Load> {
  // Asking for the profile this way collects the garbage first (net/http/pprof).
  await ns.kubectl(["get", "--raw", "/debug/pprof/heap?gc=1&debug=1"]);
  const metrics = await ns.kubectl(["get", "--raw", "/metrics"]);
  return {
    watches: sum(metrics, "apiserver_longrunning_requests{", 'verb="WATCH"', 'resource="pods"'),
    lists: sum(metrics, "apiserver_request_total{", 'verb="LIST"', 'resource="pods"'),
    memoryBytes: sum(metrics, "go_memstats_heap_alloc_bytes ") +
      sum(metrics, "go_memstats_stack_inuse_bytes "),
    cpuSeconds: sum(metrics, "process_cpu_seconds_total "),
  };
}

/** Waits until as many watches are open, and gives the load at that moment. */
async function open(ns: Namespace, watches: number): Promise<Load> {
  let last: Load | undefined;
  await eventually(`${watches} watches`, async () => {
    last = await load(ns).catch(() => undefined);
    return last !== undefined && last.watches >= watches;
  }, () => JSON.stringify(last));
  assert(last !== undefined);
  return last;
}

/** Pods that no scheduler takes: there to be watched. */
function idlePods(): readonly unknown[] {
  return Array.from({ length: SUPERVISORS }, (_, index) => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `idle-${index}` },
    spec: {
      schedulingGates: [{ name: "koordinator.example/never" }],
      containers: [{ name: "main", image: "none", imagePullPolicy: "Never" }],
    },
  }));
}

/** The service account of the namespace, as a process outside of the cluster can use it. */
async function credentials(ns: Namespace, root: string): Promise<Record<string, string>> {
  const folder = `${root}/var/run/secrets/kubernetes.io/serviceaccount`;
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(`${folder}/token`, await ns.kubectl(["create", "token", "default"]));
  const ca = await ns.kubectl(
    ["get", "configmap", "kube-root-ca.crt", "-o", "jsonpath={.data.ca\\.crt}"],
  );
  await Deno.writeTextFile(`${folder}/ca.crt`, ca);
  const kubeconfig = await withSettings('cat "$CONF/outer.kubeconfig"');
  const [, host = "", port = ""] = /https:\/\/([^:]+):(\d+)/.exec(kubeconfig) ?? [];
  return { KOORDINATOR_ROOT: root, KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port };
}

clusterTest("five hundred supervisors are gentle to the API server", async (ns) => {
  await ns.apply(...ROLE);
  const list = { apiVersion: "v1", kind: "List", items: idlePods() };
  await ns.kubectl(["create", "-f", "-"], JSON.stringify(list));
  const root = await Deno.makeTempDir();
  const env = await credentials(ns, root);
  const program = PEER === undefined
    ? [Deno.execPath(), "run", "-A", "--quiet", "--no-check", OURS]
    : [PEER];
  const [command = "", ...args] = program;
  const before = await load(ns);
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
}, FOLDER === undefined);

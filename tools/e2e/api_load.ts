/** What an API server has to bear, by its own metrics. */
import type { Kubectl } from "./kubectl.ts";
import { output } from "./output.ts";

/** What was asked of it since its start, and what it uses. */
export interface ApiLoad {
  /** Pod watches that are open. */
  readonly watches: number;
  /** Lists of pods. */
  readonly lists: number;
  /** All requests. */
  readonly requests: number;
  /** What is in use after a garbage collection: heap and stacks. */
  readonly memoryBytes: number;
  readonly cpuSeconds: number;
}

/** The sum of a metric's samples that have all of these labels. */
function sum(metrics: string, name: string, ...labels: readonly string[]): number {
  return metrics.split("\n")
    .filter((line) => line.startsWith(name) && labels.every((label) => line.includes(label)))
    .reduce((total, line) => total + Number(line.slice(line.lastIndexOf(" "))), 0);
}

/** What can be asked for with little work. */
export async function briefApiLoad(
  { program, env }: Kubectl,
): Promise<Pick<ApiLoad, "watches" | "cpuSeconds">> {
  const metrics = await output([program, "get", "--raw", "/metrics"], { env });
  return {
    watches: sum(metrics, "apiserver_longrunning_requests{", 'verb="WATCH"', 'resource="pods"'),
    cpuSeconds: sum(metrics, "process_cpu_seconds_total "),
  };
}

/** Asks for the load at this moment. */
export async function apiLoad({ program, env }: Kubectl): Promise<ApiLoad> {
  // Asking for the profile this way collects the garbage first (net/http/pprof).
  await output([program, "get", "--raw", "/debug/pprof/heap?gc=1&debug=1"], { env });
  const metrics = await output([program, "get", "--raw", "/metrics"], { env });
  return {
    watches: sum(metrics, "apiserver_longrunning_requests{", 'verb="WATCH"', 'resource="pods"'),
    lists: sum(metrics, "apiserver_request_total{", 'verb="LIST"', 'resource="pods"'),
    requests: sum(metrics, "apiserver_request_total{"),
    memoryBytes: sum(metrics, "go_memstats_heap_alloc_bytes ") +
      sum(metrics, "go_memstats_stack_inuse_bytes "),
    cpuSeconds: sum(metrics, "process_cpu_seconds_total "),
  };
}

/** Pods that no scheduler takes: there to be watched. @param containers @default one */
export function idlePods(
  count: number,
  containers: readonly string[] = ["main"],
): readonly unknown[] {
  return Array.from({ length: count }, (_, index) => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `idle-${index}` },
    spec: {
      schedulingGates: [{ name: "koordinator.example/never" }],
      containers: containers.map((name) => ({ name, image: "none", imagePullPolicy: "Never" })),
    },
  }));
}

/**
 * The default service account of a namespace, as a process outside of the cluster can use it.
 * @param root the folder that takes the place of /
 * @param apiServer where such a process reaches the API server
 * @returns the variables of that process
 */
export async function credentials(
  { program, env }: Kubectl,
  namespace: string,
  root: string,
  apiServer: URL,
): Promise<Record<string, string>> {
  const kubectl = (...args: readonly string[]) =>
    output([program, "--namespace", namespace, ...args], { env });
  const folder = `${root}/var/run/secrets/kubernetes.io/serviceaccount`;
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(`${folder}/token`, await kubectl("create", "token", "default"));
  const ca = ["get", "configmap", "kube-root-ca.crt", "-o", "jsonpath={.data.ca\\.crt}"];
  await Deno.writeTextFile(`${folder}/ca.crt`, await kubectl(...ca));
  return {
    KOORDINATOR_ROOT: root,
    KUBERNETES_SERVICE_HOST: apiServer.hostname,
    KUBERNETES_SERVICE_PORT: apiServer.port,
  };
}

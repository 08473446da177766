/** What the tests do to a cluster. How it is broken depends on what it is made of: see {@linkcode Breakable}. */
import * as v from "valibot";
import { breakFolder } from "./folder_faults.ts";
import { breakNode } from "./node_faults.ts";

/** A process of the cluster. */
export type Component =
  | "kube-apiserver"
  | "etcd"
  | "kubelet"
  | "kube-controller-manager"
  | "kube-scheduler";

/** How to break one kind of cluster, and how to mend it. */
export interface Breakable {
  /** The process that the component is now. */
  pid(component: Component): Promise<number>;
  /** Sends a signal to a process of {@linkcode pid}. */
  signal(pid: number, signal: "SIGKILL" | "SIGTERM" | "SIGSTOP" | "SIGCONT"): Promise<void>;
  /** Whether it still runs; a zombie doesn't. */
  isAlive(pid: number): Promise<boolean>;
  /** Runs iptables where the API server's packets pass. */
  iptables(...args: readonly string[]): Promise<void>;
  /** The pods' addresses, and the port at which the API server receives what they send. */
  network(): Promise<{ readonly pods: string; readonly apiPort: string }>;
  /** Puts another key in the place of the one that tokens are signed with. */
  replaceSigningKey(): Promise<void>;
  /** Starts every component that does not run, or waits until somebody has, and until the node is ready. */
  repair(): Promise<void>;
  /** Where a process of this machine reaches the API server. */
  apiServer(): Promise<URL>;
}

const Node = v.object({ engine: v.string(), container: v.string() });

function find(): Breakable | undefined {
  const folder = Deno.env.get("KOORDINATOR_E2E_FOLDER");
  if (folder !== undefined) return breakFolder(folder);
  const node = Deno.env.get("KOORDINATOR_E2E_NODE");
  if (node === undefined) return undefined;
  return breakNode({
    ...v.parse(Node, JSON.parse(node)),
    kubectl: Deno.env.get("KOORDINATOR_E2E_KUBECTL") ?? "kubectl",
  });
}

const CLUSTER = find();

/** Skips a test that breaks the cluster, where nobody knows how. */
export const UNLESS_BREAKABLE = {
  skipped: CLUSTER === undefined ? "how to break a given cluster is not known" : undefined,
} as const;

function cluster(): Breakable {
  if (CLUSTER === undefined) throw new Error("no cluster that may be broken: run `deno task e2e`");
  return CLUSTER;
}

/** Kills a component, SIGKILL, and waits until its process is gone. */
export async function kill(component: Component): Promise<void> {
  await end(component, "SIGKILL");
}

/** Asks a component to end, SIGTERM, so that it says goodbye to its clients. */
export async function terminate(component: Component): Promise<void> {
  await end(component, "SIGTERM");
}

async function end(component: Component, signal: "SIGKILL" | "SIGTERM"): Promise<void> {
  const pid = await cluster().pid(component);
  await cluster().signal(pid, signal);
  const deadline = Date.now() + 90_000;
  while (await cluster().isAlive(pid)) {
    if (Date.now() > deadline) throw new Error(`${component} does not end`);
    await sleep(100);
  }
}

/** Brings the cluster back, whatever was done to it. */
export async function repair(): Promise<void> {
  await cluster().repair();
}

/** Stops a component for a while: connections stay open and nothing is answered. */
export async function freeze(component: Component, ms: number): Promise<void> {
  const pid = await cluster().pid(component);
  await cluster().signal(pid, "SIGSTOP");
  try {
    await sleep(ms);
  } finally {
    await cluster().signal(pid, "SIGCONT");
  }
}

/** Drops what pods and API server send to each other, both ways, without a word to either. */
export async function cutOff(ms: number): Promise<void> {
  const { pods, apiPort } = await cluster().network();
  const directions = [
    ["INPUT", "-s", pods, "-p", "tcp", "--dport", apiPort],
    ["OUTPUT", "-d", pods, "-p", "tcp", "--sport", apiPort],
  ];
  const change = async (action: "-I" | "-D") => {
    for (const rule of directions) await cluster().iptables(action, ...rule, "-j", "DROP");
  };
  await change("-I");
  try {
    await sleep(ms);
  } finally {
    await change("-D");
  }
}

/** Makes the API server refuse every token that it has signed so far. */
export async function rotateSigningKey(): Promise<void> {
  await cluster().replaceSigningKey();
  // The kubelet keeps its tokens in memory, and asks for new ones when it starts.
  for (const component of ["kube-controller-manager", "kubelet", "kube-apiserver"] as const) {
    await kill(component);
  }
  await repair();
}

/** Where a process of this machine reaches the API server. */
export async function apiServer(): Promise<URL> {
  return await cluster().apiServer();
}

/** Time that is part of a fault, not a wait for a condition. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

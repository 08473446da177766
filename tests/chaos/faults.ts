import { output } from "../../tools/e2e/output.ts";

/** The folder with the cluster's scripts; only such a cluster can be broken on purpose. */
export const FOLDER = Deno.env.get("KOORDINATOR_E2E_FOLDER");

/** A process of the cluster. */
export type Component =
  | "kube-apiserver"
  | "etcd"
  | "kubelet"
  | "kube-controller-manager"
  | "kube-scheduler";

function folder(): string {
  if (FOLDER === undefined) throw new Error("no cluster that may be broken: run `deno task e2e`");
  return FOLDER;
}

/** Runs a shell command that knows the cluster's settings (`$RUN`, `$PKI`, `$CONF`). */
export async function withSettings(command: string): Promise<string> {
  // What npx sets as NODE is no name of a cluster's node.
  const script = `unset NODE; . "$0/lib.sh"; ${command}`;
  return await output(["bash", "-c", script, folder()]);
}

async function pidOf(component: Component): Promise<number> {
  const pid = await withSettings(`cut -d' ' -f1 "$RUN/${component}.pid"`);
  return Number(pid.trim());
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
  const pid = await pidOf(component);
  Deno.kill(pid, signal);
  const deadline = Date.now() + 90_000;
  while (await isAlive(pid)) {
    if (Date.now() > deadline) throw new Error(`${component} does not end`);
    await sleep(100);
  }
}

async function isAlive(pid: number): Promise<boolean> {
  try {
    const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
    return !stat.slice(stat.lastIndexOf(")") + 2).startsWith("Z");
  } catch {
    return false;
  }
}

/** Starts every component that does not run, and waits until the node is ready. */
export async function repair(): Promise<void> {
  // The scripts refuse to start an API server behind a relay that still holds its port.
  await withSettings("alive kube-apiserver || stop nsrelay");
  await output(["env", "-u", "NODE", `${folder()}/up.sh`]);
}

/** Stops a component for a while: connections stay open and nothing is answered. */
export async function freeze(component: Component, ms: number): Promise<void> {
  const pid = await pidOf(component);
  Deno.kill(pid, "SIGSTOP");
  try {
    await sleep(ms);
  } finally {
    Deno.kill(pid, "SIGCONT");
  }
}

/** Drops what pods and API server send to each other, both ways, without a word to either. */
export async function cutOff(ms: number): Promise<void> {
  const rules = await withSettings("echo $POD_CIDR $API_PORT");
  const [pods = "", port = ""] = rules.trim().split(" ");
  const directions = [
    ["INPUT", "-s", pods, "-p", "tcp", "--dport", port],
    ["OUTPUT", "-d", pods, "-p", "tcp", "--sport", port],
  ];
  const change = async (action: "-I" | "-D") => {
    for (const rule of directions) {
      await output([`${folder()}/k`, "--exec", "iptables", action, ...rule, "-j", "DROP"]);
    }
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
  await withSettings(
    'openssl genrsa -out "$PKI/sa.key" 2048 2>&1 && ' +
      'openssl rsa -in "$PKI/sa.key" -pubout -out "$PKI/sa.pub" 2>&1',
  );
  // The kubelet keeps its tokens in memory, and asks for new ones when it starts.
  for (const component of ["kube-controller-manager", "kubelet", "kube-apiserver"] as const) {
    await kill(component);
  }
  await repair();
}

/** Time that is part of a fault, not a wait for a condition. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

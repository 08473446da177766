/** Breaking a cluster whose control plane runs in one container, as kind makes them. */
import { output } from "../../tools/e2e/output.ts";
import type { Breakable, Component } from "./faults.ts";

/** Which container, and how it is reached. */
export interface NodeContainer {
  /** The container engine's program. */
  readonly engine: string;
  readonly container: string;
  /** The kubectl that reaches the cluster. */
  readonly kubectl: string;
}

/** The port at which kubeadm lets the API server listen. */
const API_PORT = "6443";
const COMPONENTS: readonly Component[] = [
  "etcd",
  "kube-apiserver",
  "kubelet",
  "kube-controller-manager",
  "kube-scheduler",
];
/** How long the kubelet and systemd may take to start all again, in ms: the kubelet waits longer each time. */
const PATIENCE = 400_000;

/** The kubelet starts the control plane again, and systemd the kubelet: they are mended by waiting. */
export function breakNode({ engine, container, kubectl }: NodeContainer): Breakable {
  const inside = async (command: readonly string[], stdin?: string) => {
    const flags = stdin === undefined ? [] : ["--interactive"];
    const options = stdin === undefined ? {} : { stdin };
    return (await output([engine, "exec", ...flags, container, ...command], options)).trim();
  };
  const pidOf = async (component: Component) => {
    // By its command line: the kernel cuts a process's name to 15 characters.
    const found = await inside(["pgrep", "-o", "-f", `^([^ ]*/)?${component}( |$)`])
      .catch(() => "");
    return found === "" ? undefined : Number(found);
  };
  const ask = async (...args: readonly string[]) => await output([kubectl, ...args]);
  const whatIsMissing = async () => {
    for (const component of COMPONENTS) {
      if (await pidOf(component) === undefined) return `${component} does not run`;
    }
    try {
      await ask("get", "--raw", "/readyz", "--request-timeout=10s");
      await ask("wait", "--for=condition=Ready", "node", "--all", "--timeout=10s");
      return undefined;
    } catch (error) {
      return String(error);
    }
  };
  return {
    async pid(component) {
      const pid = await pidOf(component);
      if (pid === undefined) throw new Error(`${component} does not run in ${container}`);
      return pid;
    },
    async signal(pid, signal) {
      await inside(["kill", "-s", signal.slice("SIG".length), String(pid)]);
    },
    async isAlive(pid) {
      const stat = await inside(["cat", `/proc/${pid}/stat`]).catch(() => "");
      return stat !== "" && !stat.slice(stat.lastIndexOf(")") + 2).startsWith("Z");
    },
    async iptables(...args) {
      await inside(["iptables", "--wait", ...args]);
    },
    async network() {
      const cidrs = await ask("get", "nodes", "-o", "jsonpath={.items[*].spec.podCIDR}");
      return { pods: cidrs.trim().replaceAll(" ", ","), apiPort: API_PORT };
    },
    async replaceSigningKey() {
      const key = await output(["openssl", "genrsa", "2048"]);
      const publicKey = await output(["openssl", "rsa", "-pubout"], { stdin: key });
      const pki = "/etc/kubernetes/pki";
      await inside(["sh", "-c", `cat > ${pki}/sa.key`], key);
      await inside(["sh", "-c", `cat > ${pki}/sa.pub`], publicKey);
    },
    async repair() {
      const deadline = Date.now() + PATIENCE;
      while (true) {
        const missing = await whatIsMissing();
        if (missing === undefined) return;
        if (Date.now() > deadline) throw new Error(`the cluster stays broken: ${missing}`);
        await new Promise((done) => setTimeout(done, 500));
      }
    },
    async apiServer() {
      const server = "jsonpath={.clusters[0].cluster.server}";
      return new URL((await ask("config", "view", "--minify", "-o", server)).trim());
    },
  };
}

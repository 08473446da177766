/** What some of the tests need and not every cluster has: asked beforehand, so that nothing waits in vain. */
import { IMAGES } from "./images.ts";
import type { Kubectl } from "./kubectl.ts";
import { output } from "./output.ts";
import { isOlder, type Runtime, runtimes } from "./versions.ts";

/** A capability that a test can need. */
export type Capability = "image volumes" | "native sidecars" | "user namespaces";

/** Why a cluster lacks what it lacks. */
export type Lacks = Readonly<Partial<Record<Capability, string>>>;

interface Need {
  /** The pod's spec that uses it; the API server says what it would make of that. */
  readonly spec: unknown;
  /** What the API server leaves out, or refuses, where it does not know it. */
  readonly kept: (text: string) => boolean;
  /** From which version on a runtime has its part of it; its API server cannot tell. */
  readonly runtimes?: Readonly<Record<string, Runtime["version"]>>;
}

const CONTAINER = { name: "main", image: IMAGES.busybox, imagePullPolicy: "Never" };
const IMAGE = { reference: IMAGES.koordinator, pullPolicy: "Never" };
const MOUNT = { name: "koordinator", mountPath: "/koordinator", subPath: "bin" };

const NEEDS: Readonly<Record<Capability, Need>> = {
  "image volumes": {
    spec: {
      containers: [{ ...CONTAINER, volumeMounts: [MOUNT] }],
      volumes: [{ name: "koordinator", image: IMAGE }],
    },
    kept: (text) => text.includes(`"reference":"${IMAGE.reference}"`),
    // Before, subPath was ignored in silence (containerd/containerd#11580).
    runtimes: { containerd: [2, 2], "cri-o": [1, 33] },
  },
  "native sidecars": {
    spec: {
      containers: [CONTAINER],
      initContainers: [{ ...CONTAINER, name: "sidecar", restartPolicy: "Always" }],
    },
    kept: (text) => text.includes(`"restartPolicy":"Always","terminationMessagePath"`),
  },
  "user namespaces": {
    spec: { containers: [CONTAINER], hostUsers: false },
    kept: (text) => text.includes(`"hostUsers":false`),
    runtimes: { containerd: [2, 0], "cri-o": [1, 25] },
  },
};

/** Asks the cluster by a dry run for each capability, and its nodes for their runtimes. */
export async function lacksOf(kubectl: Kubectl): Promise<Lacks> {
  const nodes = await runtimes(kubectl);
  const lacks: Partial<Record<Capability, string>> = {};
  for (const capability of ["image volumes", "native sidecars", "user namespaces"] as const) {
    const why = await whyNot(kubectl, NEEDS[capability], nodes);
    if (why !== undefined) lacks[capability] = `no ${capability}: ${why}`;
  }
  return lacks;
}

async function whyNot(
  { program, env }: Kubectl,
  need: Need,
  nodes: readonly Runtime[],
): Promise<string | undefined> {
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "koordinator-e2e-dry-run", namespace: "default" },
    spec: need.spec,
  };
  try {
    const template = ["-o", "jsonpath={.spec}"];
    const dryRun = [program, "create", "--dry-run=server", ...template, "-f", "-"];
    const made = await output(dryRun, { env, stdin: JSON.stringify(pod) });
    if (!need.kept(made)) return "the API server does not know them";
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return error.message.trim().split("\n").at(-1)?.replace(/^.*? is invalid: /, "");
  }
  for (const { name, version } of nodes) {
    const from = need.runtimes?.[name];
    if (from !== undefined && isOlder(version, from)) {
      return `${name} ${version.join(".")} has them from ${from.join(".")} on`;
    }
  }
  return undefined;
}

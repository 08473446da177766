/** Whether a kind cluster that is there can be used: it may have been stopped, or never been finished. */
import * as v from "valibot";
import { type Kind, nodeContainers } from "./kind_command.ts";
import { output } from "./output.ts";

/** How long the nodes may take to be ready once they are started, in ms. */
const PATIENCE = 180_000;

const Nodes = v.object({
  items: v.array(v.object({
    metadata: v.object({ name: v.string() }),
    spec: v.object({
      taints: v.optional(v.array(v.object({ key: v.string(), effect: v.string() })), []),
    }),
    status: v.object({
      conditions: v.optional(v.array(v.object({ type: v.string(), status: v.string() })), []),
    }),
  })),
});

/** The nodes as the API server tells of them. */
export type Nodes = v.InferOutput<typeof Nodes>["items"];

/**
 * Starts the cluster's nodes and waits until pods can run on them.
 * @returns why they never will, or undefined when they can
 */
export async function reviveCluster(kind: Kind): Promise<string | undefined> {
  const { name, env, engine, kubeconfig } = kind;
  const containers = await nodeContainers(kind);
  if (containers.length === 0) return "it has no nodes";
  try {
    for (const container of containers) {
      if (await isOfAnotherImage(kind, container)) return `it was not made of ${kind.image}`;
      await output([engine.program, "start", container]);
    }
    const to = ["--kubeconfig", kubeconfig];
    await output(["kind", "export", "kubeconfig", "--name", name, ...to], { env });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return error.message.trim();
  }
  const deadline = Date.now() + PATIENCE;
  while (true) {
    const nodes = await nodesOf(kubeconfig);
    const trouble = nodes === undefined
      ? { text: "its API server does not answer", final: false }
      : troubleOf(nodes, containers);
    if (trouble === undefined) return undefined;
    if (trouble.final) return trouble.text;
    if (Date.now() > deadline) return `${trouble.text} after ${PATIENCE / 1000} s`;
    await new Promise((done) => setTimeout(done, 1000));
  }
}

/** Compared by their ids, since engines complete an image's name; one that is not here tells nothing. */
async function isOfAnotherImage({ engine, image }: Kind, container: string): Promise<boolean> {
  if (image === undefined) return false;
  const id = async (...args: readonly string[]) => {
    const printed = await output([engine.program, ...args]).catch(() => "");
    return /^(?:sha256:)?([0-9a-f]{64})$/.exec(printed.trim())?.[1];
  };
  const made = await id("inspect", "--format", "{{.Image}}", container);
  const wanted = await id("image", "inspect", "--format", "{{.Id}}", image);
  return made !== undefined && wanted !== undefined && made !== wanted;
}

/** Why pods cannot run; `final` when waiting does not change it. */
export interface Trouble {
  readonly text: string;
  readonly final: boolean;
}

/** kubeadm sets it, and kind takes it away from a single node at the very end. */
const UNFINISHED = "node-role.kubernetes.io/control-plane";

/**
 * What keeps the nodes from running pods.
 * @param containers the nodes that there are to be; a load balancer of kind's is no node
 */
export function troubleOf(nodes: Nodes, containers: readonly string[]): Trouble | undefined {
  const names = nodes.map(({ metadata }) => metadata.name);
  const absent = containers.filter((name) =>
    !names.includes(name) && !name.endsWith("-external-load-balancer")
  );
  if (absent.length > 0) return { text: `${absent.join(", ")} never joined it`, final: false };
  const unready = nodes.filter(({ status }) =>
    !status.conditions.some(({ type, status }) => type === "Ready" && status === "True")
  );
  if (unready.length > 0) {
    const text = `${unready.map(({ metadata }) => metadata.name).join(", ")} is not ready`;
    return { text, final: false };
  }
  const barred = nodes.map(({ spec }) =>
    spec.taints.filter(({ effect }) => effect !== "PreferNoSchedule").map(({ key }) => key)
  );
  if (barred.some((taints) => taints.length === 0)) return undefined;
  const taints = [...new Set(barred.flat())];
  return {
    text: `no node takes pods, they have the taints ${taints.join(", ")}`,
    final: taints.length === 1 && taints[0] === UNFINISHED,
  };
}

async function nodesOf(kubeconfig: string): Promise<Nodes | undefined> {
  const get = ["get", "nodes", "-o", "json", "--request-timeout", "10s"];
  try {
    const printed = await output(["kubectl", "--kubeconfig", kubeconfig, ...get]);
    return v.parse(Nodes, JSON.parse(printed)).items;
  } catch (error) {
    if (error instanceof v.ValiError) throw error;
    return undefined;
  }
}

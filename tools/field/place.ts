import * as v from "valibot";
import type { Cluster } from "../e2e/cluster.ts";
import { output } from "../e2e/output.ts";

/** For how long something is waited for, in milliseconds: machines may be slow. */
const PATIENCE = 240_000;

const Status = v.object({
  name: v.string(),
  restartCount: v.number(),
  state: v.optional(v.object({
    running: v.optional(v.unknown()),
    terminated: v.optional(
      v.object({ exitCode: v.number(), message: v.optional(v.string(), "") }),
    ),
  })),
  lastState: v.optional(v.object({
    terminated: v.optional(v.object({ exitCode: v.number() })),
  })),
});
const PodList = v.object({
  items: v.array(v.object({
    metadata: v.object({ name: v.string() }),
    status: v.object({
      phase: v.optional(v.string(), "Pending"),
      initContainerStatuses: v.optional(v.array(Status), []),
      containerStatuses: v.optional(v.array(Status), []),
    }),
  })),
});

/** A pod, the part that is judged. */
export type FieldPod = v.InferOutput<typeof PodList>["items"][number];

/** A namespace of a cluster in which one manifest is played. */
export class Place {
  constructor(private readonly cluster: Cluster, private readonly namespace: string) {}

  /** Calls kubectl in the namespace. @throws {Error} with all it printed, if it fails */
  async kubectl(...args: readonly string[]): Promise<string> {
    return await this.#run(args);
  }

  /** Applies the text of manifests. */
  async apply(manifests: string): Promise<void> {
    await this.#run(["apply", "-f", "-"], manifests);
  }

  /** The pods of now. */
  async pods(): Promise<readonly FieldPod[]> {
    const list: unknown = JSON.parse(await this.kubectl("get", "pods", "-o", "json"));
    return v.parse(PodList, list).items;
  }

  /** The name of the first pod, once there is one. */
  async podName(): Promise<string> {
    const pod = await this.until("a pod", async () => (await this.pods())[0]);
    return pod.metadata.name;
  }

  /** Waits until a pod is ready, and gives its name. */
  async ready(): Promise<string> {
    const name = await this.podName();
    await this.kubectl("wait", "--for=condition=Ready", `pod/${name}`, "--timeout=180s");
    return name;
  }

  /** Asks again and again until there is an answer. */
  async until<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
    for (const deadline = Date.now() + PATIENCE; Date.now() < deadline;) {
      const answer = await ask();
      if (answer !== undefined) return answer;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    throw new Error(`not in time: ${what}`);
  }

  /** With what a container has ended, once it has. */
  async endOf(container: string): Promise<{ readonly exitCode: number; readonly message: string }> {
    return await this.until(`the end of ${container}`, async () => {
      for (const { status } of await this.pods()) {
        const statuses = [...status.initContainerStatuses, ...status.containerStatuses];
        const ended = statuses.find(({ name }) => name === container)?.state?.terminated;
        if (ended !== undefined) return ended;
      }
      return undefined;
    });
  }

  /** The log of a container so far. */
  async log(pod: string, container: string): Promise<string> {
    return await this.kubectl("logs", pod, "-c", container);
  }

  /** Follows the log of a container to its end; its beginning is there when this returns. */
  follow(pod: string, container: string): Promise<string> {
    return this.kubectl("logs", "--follow", pod, "-c", container);
  }

  /** What is to be seen when something went wrong. */
  async describe(): Promise<string> {
    const parts = [["get", "pods", "-o", "wide"], ["get", "events"]];
    const said = await Promise.all(parts.map((args) => this.#run(args).catch(String)));
    return said.join("\n").split("\n").slice(-25).join("\n         ");
  }

  async #run(args: readonly string[], stdin?: string): Promise<string> {
    const { kubectl, kubeconfig } = this.cluster;
    return await output([kubectl, "--namespace", this.namespace, ...args], {
      env: kubeconfig === undefined ? {} : { KUBECONFIG: kubeconfig },
      ...(stdin === undefined ? {} : { stdin }),
    });
  }
}

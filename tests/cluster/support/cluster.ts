/** A namespace of the cluster for one test, and its pods as the API tells of them. */
import { fail } from "@std/assert";
import * as v from "valibot";
import { output } from "../../../tools/e2e/output.ts";

const kubectl = Deno.env.get("KOORDINATOR_E2E_KUBECTL");

const Terminated = v.object({
  exitCode: v.number(),
  reason: v.optional(v.string(), ""),
  message: v.optional(v.string(), ""),
  startedAt: v.nullish(v.string()),
  finishedAt: v.nullish(v.string()),
});
const ContainerStatus = v.object({
  name: v.string(),
  ready: v.boolean(),
  restartCount: v.number(),
  state: v.optional(
    v.object({
      waiting: v.optional(v.object({ reason: v.optional(v.string(), "") })),
      running: v.optional(v.object({ startedAt: v.nullish(v.string()) })),
      terminated: v.optional(Terminated),
    }),
    {},
  ),
});
const PodObject = v.object({
  metadata: v.object({ name: v.string(), deletionTimestamp: v.optional(v.string()) }),
  status: v.object({
    phase: v.optional(v.string(), "Pending"),
    conditions: v.optional(
      v.array(
        v.object({
          type: v.string(),
          status: v.string(),
          lastTransitionTime: v.nullish(v.string()),
        }),
      ),
      [],
    ),
    initContainerStatuses: v.optional(v.array(ContainerStatus), []),
    containerStatuses: v.optional(v.array(ContainerStatus), []),
  }),
});
const WatchEvent = v.object({
  type: v.picklist(["ADDED", "MODIFIED", "DELETED"]),
  object: PodObject,
});

/** A pod at one moment, the part that the tests look at. */
export type Pod = v.InferOutput<typeof PodObject>;
/** One entry of a pod's history. */
export type PodEvent = v.InferOutput<typeof WatchEvent>;

/** Gives up waiting for a condition after this long (ms): the machine may be slow, the tests measure nothing. */
const PATIENCE = 120_000;

/**
 * Defines a test that needs a cluster; without one it is ignored, and counted so.
 * @param ignore another reason to ignore it
 */
export function clusterTest(
  name: string,
  test: (namespace: Namespace) => Promise<void>,
  ignore = false,
): void {
  Deno.test({
    name,
    ignore: kubectl === undefined || ignore,
    // kubectl and its pipes live as long as the namespace, which is given back in `finally`
    async fn() {
      const namespace = await Namespace.create();
      try {
        await test(namespace);
      } catch (error) {
        console.error(`${name}: ${await namespace.describe()}`);
        throw error;
      } finally {
        await namespace.delete();
      }
    },
  });
}

/** The status of one container in a pod. */
export function container(
  pod: Pod,
  name: string,
): v.InferOutput<typeof ContainerStatus> | undefined {
  return pod.status.containerStatuses.find((status) => status.name === name);
}

/** How a container ended; undefined as long as it hasn't. */
export function terminated(pod: Pod, name: string): v.InferOutput<typeof Terminated> | undefined {
  return container(pod, name)?.state.terminated;
}

/** Whether no container of the pod will run any more. */
function hasEnded({ status }: Pod): boolean {
  return status.phase === "Succeeded" || status.phase === "Failed";
}

function isBeingDeleted({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/** A namespace that a test has for itself. The history of its pods is recorded from the first moment on. */
export class Namespace {
  /** The events of all pods, in the order in which the API server told them. */
  readonly history: PodEvent[] = [];
  readonly #watch: Deno.ChildProcess;
  readonly #recorded: Promise<void>;
  #changed = Promise.withResolvers<void>();

  private constructor(readonly name: string) {
    const path = `/api/v1/namespaces/${name}/pods?watch=true`;
    this.#watch = command(["get", "--raw", path], "piped", "null");
    this.#recorded = this.#record();
  }

  /** Makes a namespace, and waits for the service account that every pod in it needs. */
  static async create(): Promise<Namespace> {
    const name = `e2e-${crypto.randomUUID().slice(0, 8)}`;
    await run(["create", "namespace", name]);
    const namespace = new Namespace(name);
    await eventually("the default service account", async () => {
      const names = await namespace.kubectl(["get", "serviceaccounts", "-o", "name"]);
      return names.includes("serviceaccount/default");
    });
    return namespace;
  }

  /** Runs kubectl in the namespace and gives what it printed. */
  async kubectl(args: readonly string[], stdin?: string): Promise<string> {
    return await run(["--namespace", this.name, ...args], stdin);
  }

  /** Applies objects. */
  async apply(...objects: readonly unknown[]): Promise<void> {
    const list = { apiVersion: "v1", kind: "List", items: objects };
    await this.kubectl(["apply", "-f", "-"], JSON.stringify(list));
  }

  /**
   * Waits until a pod is as wanted. Every state that the API tells is looked at, also those past.
   * @param patience when to give up, in ms
   * @throws {AssertionError} when it isn't so in time
   */
  async until(
    what: string,
    wanted: (event: PodEvent) => boolean,
    patience = PATIENCE,
  ): Promise<PodEvent> {
    let timer: number | undefined;
    const late = new Promise<"late">((done) => {
      timer = setTimeout(() => done("late"), patience);
    });
    try {
      while (true) {
        const changed = this.#changed.promise;
        const event = this.history.find(wanted);
        if (event) return event;
        const pods = this.#pods().map((name) => this.#last(name));
        if (pods.length > 0 && pods.every((pod) => pod && hasEnded(pod) && !isBeingDeleted(pod))) {
          fail(`all pods have ended before: ${what}; last: ${JSON.stringify(pods)}`);
        }
        if (await Promise.race([changed, late]) === "late") {
          fail(`not within ${patience} ms: ${what}; last: ${JSON.stringify(this.history.at(-1))}`);
        }
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Waits until the pod has ended, whichever way, and gives its last state. */
  async ended(name?: string): Promise<Pod> {
    const event = await this.until(
      `the end of ${name ?? "the pod"}`,
      ({ object }) =>
        (name === undefined || object.metadata.name === name) &&
        (object.status.phase === "Succeeded" || object.status.phase === "Failed"),
    );
    return event.object;
  }

  /** What a container has written so far: standard output and error in one. */
  async logs(pod: string, name: string, ...options: readonly string[]): Promise<string> {
    return await this.kubectl(["logs", pod, "-c", name, ...options]);
  }

  /** Waits until a container has written a text, and gives all of its log. */
  async logged(pod: string, name: string, text: string | RegExp): Promise<string> {
    let log = "";
    await eventually(`${text} in the log of ${name}`, async () => {
      log = await this.logs(pod, name).catch(() => "");
      return typeof text === "string" ? log.includes(text) : text.test(log);
    }, () => log);
    return log;
  }

  /** The namespace as one wants to see it when a test has failed. */
  async describe(): Promise<string> {
    const parts = [`namespace ${this.name}`];
    try {
      parts.push(await this.kubectl(["get", "pods", "-o", "wide"]));
      parts.push(
        await this.kubectl(["get", "events", "-o", "custom-columns=R:.reason,M:.message"]),
      );
      for (const pod of this.#pods()) {
        const status = this.#last(pod)?.status;
        const containers = [
          ...status?.initContainerStatuses ?? [],
          ...status?.containerStatuses ?? [],
        ];
        for (const { name } of containers) {
          parts.push(`--- ${pod} ${name}`, await this.logs(pod, name).catch(String));
        }
      }
    } catch (error) {
      parts.push(String(error));
    }
    return parts.join("\n");
  }

  /** Gives the namespace back without waiting for its end. */
  async delete(): Promise<void> {
    try {
      this.#watch.kill();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it has ended by itself
    }
    await this.#recorded;
    await this.#watch.status;
    await run(["delete", "namespace", this.name, "--wait=false"]);
  }

  #pods(): string[] {
    return [...new Set(this.history.map((event) => event.object.metadata.name))];
  }

  #last(pod: string): Pod | undefined {
    return this.history.findLast((event) => event.object.metadata.name === pod)?.object;
  }

  async #record(): Promise<void> {
    let rest = "";
    for await (const text of this.#watch.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (line === "") continue;
        this.history.push(v.parse(WatchEvent, JSON.parse(line)));
        this.#changed.resolve();
        this.#changed = Promise.withResolvers();
      }
    }
  }
}

/**
 * Asks again and again until the answer is yes.
 * @param last shown when it never is
 * @param patience when to give up, in ms
 */
export async function eventually(
  what: string,
  ask: () => Promise<boolean>,
  last: () => string = () => "",
  patience = PATIENCE,
): Promise<void> {
  const deadline = Date.now() + patience;
  while (!await ask()) {
    if (Date.now() > deadline) fail(`not within ${patience} ms: ${what}; last: ${last()}`);
    await new Promise((done) => setTimeout(done, 300));
  }
}

function program(): string {
  if (kubectl === undefined) throw new Error("no cluster: run `deno task e2e`");
  return kubectl;
}

function command(
  args: readonly string[],
  stdout: "piped",
  stderr: "null",
): Deno.ChildProcess {
  return new Deno.Command(program(), { args: [...args], stdin: "null", stdout, stderr }).spawn();
}

async function run(args: readonly string[], stdin?: string): Promise<string> {
  return await output([program(), ...args], stdin === undefined ? {} : { stdin });
}

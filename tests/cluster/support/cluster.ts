/** A namespace of the cluster for one test, and its pods as the API tells of them. */
import { fail } from "@std/assert";
import * as v from "valibot";
import type { ContainerStatus, Pod as ApiPod, Terminated } from "../../../lib/pod/pod.ts";
import { podSchema } from "../../../lib/pod/schema.ts";
import type { Capability } from "../../../tools/e2e/capabilities.ts";
import { output } from "../../../tools/e2e/output.ts";
import { faultOfNode } from "./node_fault.ts";

const kubectl = Deno.env.get("KOORDINATOR_E2E_KUBECTL");
/** Why the cluster lacks what it lacks, as `tools/e2e.ts` has found out. */
const LACKS = v.parse(
  v.record(v.string(), v.string()),
  JSON.parse(Deno.env.get("KOORDINATOR_E2E_LACKS") ?? "{}"),
);

/** A pod's status with what is absent early in its life as what it means. */
function present({ metadata, status }: ApiPod) {
  const of = (statuses: readonly ContainerStatus[] = []) =>
    statuses.map((status) => ({ ...status, state: status.state ?? {} }));
  return {
    metadata,
    status: {
      phase: status?.phase ?? "Pending",
      conditions: status?.conditions ?? [],
      initContainerStatuses: of(status?.initContainerStatuses),
      containerStatuses: of(status?.containerStatuses),
    },
  };
}

const WatchEvent = v.object({
  type: v.picklist(["ADDED", "MODIFIED", "DELETED"]),
  object: v.pipe(podSchema, v.transform(present)),
});

/** A pod at one moment, the part that the tests look at. */
export type Pod = ReturnType<typeof present>;
/** One entry of a pod's history; `at`: when it came, in milliseconds since 1970. */
export type PodEvent = v.InferOutput<typeof WatchEvent> & { readonly at: number };

/** Gives up waiting for a condition after this long (ms): the machine may be slow, the tests measure nothing. */
const PATIENCE = 120_000;

/** How often a test is played that the node does not let run. */
const MOST_PLAYED = 3;

/** Whether the cluster that the tests run on has something. */
export function has(capability: Capability): boolean {
  return LACKS[capability] === undefined;
}

/** When a test of a cluster does not run. */
export interface Unless {
  /** What it needs beside pods. */
  readonly needs?: readonly Capability[];
  /** Another reason to skip it; undefined is none. */
  readonly skipped?: string | undefined;
}

/**
 * Defines a test that needs a cluster. Where it can't run it is ignored, and counted so, with the reason
 * in its name: `NAME (skipped: REASON)`.
 */
export function clusterTest(
  name: string,
  test: (namespace: Namespace) => Promise<void>,
  unless: Unless = {},
): void {
  const reason = kubectl === undefined
    ? "there is no cluster"
    : unless.skipped ?? unless.needs?.map((need) => LACKS[need]).find((why) => why !== undefined);
  Deno.test({
    name: reason === undefined ? name : `${name} (skipped: ${reason})`,
    ignore: reason !== undefined,
    // kubectl and its pipes live as long as the namespace, which is given back in `finally`
    async fn() {
      for (let play = 1;; play++) {
        const fault = await played(test);
        if (fault === undefined) return;
        if (play === MOST_PLAYED) throw fault.error;
        console.error(`${name} is played again: ${fault.ofNode}`);
      }
    },
  });
}

/**
 * Plays a test in a namespace of its own. A fault of the node, which had nothing to do with what is
 * tested, is given back with its reason.
 *
 * @throws any other failure
 */
async function played(
  test: (namespace: Namespace) => Promise<void>,
): Promise<{ readonly error: Error; readonly ofNode: string } | undefined> {
  const namespace = await Namespace.create();
  try {
    await test(namespace);
  } catch (cause) {
    const error = await diagnosed(cause, namespace);
    const ofNode = faultOfNode(error.message);
    if (ofNode === undefined) throw error;
    return { error, ofNode };
  }
  await namespace.delete();
}

/**
 * A failure with all that the cluster tells of its namespace, in its message: `deno test` prints that
 * whatever it is told to keep quiet. Gives the namespace back.
 */
async function diagnosed(error: unknown, namespace: Namespace): Promise<Error> {
  const message = error instanceof Error ? error.message : String(error);
  const description = await namespace.describe();
  const deleted = await namespace.delete().catch(String);
  const parts = [message, "", description, ...(deleted === undefined ? [] : [deleted])];
  return new Error(parts.join("\n"), { cause: error });
}

/** The status of one container in a pod. */
export function container(
  pod: Pod,
  name: string,
): Pod["status"]["containerStatuses"][number] | undefined {
  return pod.status.containerStatuses.find((status) => status.name === name);
}

/** How a container ended; undefined as long as it hasn't. */
export function terminated(pod: Pod, name: string): Terminated | undefined {
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

  /** Gives the program that reaches the cluster to who needs it for longer than a call. */
  get program(): string {
    return program();
  }

  /** Resolves at the next entry of the history. */
  get changed(): Promise<void> {
    return this.#changed.promise;
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

  /** The namespace as one wants to see it when a test has failed; what can't be asked is said instead. */
  async describe(): Promise<string> {
    const ask = async (...args: readonly string[]) => {
      const asked = this.kubectl([...args, "--request-timeout=20s"]);
      return (await asked.catch(String)).trimEnd();
    };
    const parts = [
      `namespace ${this.name}, its pods:`,
      await ask("get", "pods", "-o", "wide"),
      "events:",
      await ask(
        "get",
        "events",
        "-o",
        "custom-columns=O:.involvedObject.name,R:.reason,M:.message",
      ),
      "nodes:",
      await ask("get", "nodes", "-o", "wide"),
    ];
    for (const pod of this.#pods()) {
      const status = this.#last(pod)?.status;
      parts.push(`--- ${pod}: ${JSON.stringify(status)}`);
      for (
        const { name } of [
          ...status?.initContainerStatuses ?? [],
          ...status?.containerStatuses ?? [],
        ]
      ) {
        parts.push(`--- ${pod} ${name}`, await ask("logs", pod, "-c", name, "--tail=200"));
      }
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
        this.history.push({ ...v.parse(WatchEvent, JSON.parse(line)), at: Date.now() });
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

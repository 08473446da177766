/** A namespace for one run of the bench, and what its watches have told, by this machine's clock. */
import * as v from "valibot";
import { output } from "../e2e/output.ts";
import type { Kubectl } from "../e2e/kubectl.ts";
import { ROLE } from "../e2e/role.ts";

const Condition = v.object({ type: v.string(), status: v.string() });
const Event = v.object({
  type: v.string(),
  object: v.looseObject({
    metadata: v.looseObject({
      name: v.string(),
      uid: v.string(),
      deletionTimestamp: v.optional(v.string()),
      labels: v.optional(v.record(v.string(), v.string()), {}),
    }),
    status: v.optional(
      v.looseObject({
        phase: v.optional(v.string()),
        conditions: v.optional(v.array(v.looseObject(Condition.entries)), []),
      }),
      {},
    ),
  }),
});
type Event = v.InferOutput<typeof Event>;

/** What was seen of a pod: when it was told, in milliseconds since 1970, with fractions. */
export interface SeenPod {
  readonly name: string;
  readonly job: string | undefined;
  readonly uid: string;
  scheduled?: number;
  running?: number;
  ended?: number;
  /** When it was told to be on its way out. */
  deleting?: number;
  gone?: number;
}

/** How long a pod may take for what is measured. */
const PATIENCE_MS = 180_000;

/** Now, by the clock that the probe tells the time of. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

/** The namespace; `await using` deletes it, with all that is in it. */
export class Place implements AsyncDisposable {
  readonly pods = new Map<string, SeenPod>();
  /** When each Job was told to be complete. */
  readonly complete = new Map<string, number>();
  readonly failed = new Set<string>();
  readonly #watches: readonly Deno.ChildProcess[];
  readonly #read: readonly Promise<void>[];
  #given: Promise<void> | undefined;
  #changed = Promise.withResolvers<void>();

  private constructor(readonly name: string, readonly client: Kubectl) {
    const watched = [
      [`/api/v1/namespaces/${name}/pods`, (event: Event, at: number) => this.#seePod(event, at)],
      [
        `/apis/batch/v1/namespaces/${name}/jobs`,
        (event: Event, at: number) => this.#seeJob(event, at),
      ],
    ] as const;
    this.#watches = watched.map(([path]) =>
      new Deno.Command(client.program, {
        args: ["get", "--raw", `${path}?watch=true`],
        env: client.env,
        ...{ stdin: "null", stdout: "piped", stderr: "null" },
      }).spawn()
    );
    this.#read = this.#watches.map((watch, index) => this.#follow(watch, watched[index]?.[1]));
  }

  /** Makes a namespace whose pods may list and watch pods, and waits until pods can be made in it. */
  static async create(client: Kubectl): Promise<Place> {
    const name = `bench-${crypto.randomUUID().slice(0, 8)}`;
    await output([client.program, "create", "namespace", name], { env: client.env });
    const place = new Place(name, client);
    await place.apply("create", ROLE);
    const asked = performance.now();
    while (!(await place.kubectl(["get", "serviceaccounts", "-o", "name"])).includes("/default")) {
      if (performance.now() - asked > PATIENCE_MS) throw new Error("no default service account");
      await new Promise((done) => setTimeout(done, 200));
    }
    return place;
  }

  /** Runs kubectl in the namespace. */
  async kubectl(args: readonly string[], stdin?: string): Promise<string> {
    const { program, env } = this.client;
    const options = stdin === undefined ? { env } : { env, stdin };
    return await output([program, "--namespace", this.name, ...args], options);
  }

  /** Creates objects. */
  async apply(verb: "create" | "apply", objects: readonly unknown[]): Promise<void> {
    const list = { apiVersion: "v1", kind: "List", items: objects };
    await this.kubectl([verb, "-f", "-"], JSON.stringify(list));
  }

  /**
   * Waits until something was seen.
   * @param what for who reads that it was not
   * @throws {Error} if it is not seen in time
   */
  async until<T>(what: string, see: () => T | undefined, patience = PATIENCE_MS): Promise<T> {
    let timer: number | undefined;
    const late = new Promise<"late">((done) => {
      timer = setTimeout(() => done("late"), patience);
    });
    try {
      for (;;) {
        const changed = this.#changed.promise;
        const seen = see();
        if (seen !== undefined) return seen;
        if (await Promise.race([changed, late]) === "late") {
          throw new Error(`not within ${patience} ms: ${what}`);
        }
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** The pod of a Job, as soon as there is one. */
  podOf(job: string): SeenPod | undefined {
    return [...this.pods.values()].find((pod) => pod.job === job);
  }

  /** Deletes the namespace and waits until it is gone; a second call waits for the first. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#given ??= this.#giveBack();
  }

  async #giveBack(): Promise<void> {
    for (const watch of this.#watches) {
      try {
        watch.kill();
      } catch (error) {
        if (!(error instanceof TypeError)) throw error; // it has ended by itself
      }
    }
    await Promise.all([...this.#read, ...this.#watches.map(({ status }) => status)]);
    const { program, env } = this.client;
    await output([program, "delete", "namespace", this.name, "--ignore-not-found"], { env });
  }

  async #follow(
    watch: Deno.ChildProcess,
    see: ((event: Event, at: number) => void) | undefined,
  ): Promise<void> {
    let rest = "";
    for await (const text of watch.stdout.pipeThrough(new TextDecoderStream())) {
      const at = now();
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (line !== "") see?.(v.parse(Event, JSON.parse(line)), at);
      }
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
    }
  }

  #seePod({ type, object: { metadata, status } }: Event, at: number): void {
    const { name, uid, labels } = metadata;
    const pod: SeenPod = this.pods.get(name) ?? { name, uid, job: labels["job-name"] };
    this.pods.set(name, pod);
    if (holds(status.conditions, "PodScheduled")) pod.scheduled ??= at;
    if (status.phase === "Running") pod.running ??= at;
    if (status.phase === "Succeeded" || status.phase === "Failed") pod.ended ??= at;
    if (metadata.deletionTimestamp !== undefined) pod.deleting ??= at;
    if (type === "DELETED") pod.gone ??= at;
  }

  #seeJob({ object: { metadata, status } }: Event, at: number): void {
    if (holds(status.conditions, "Complete") && !this.complete.has(metadata.name)) {
      this.complete.set(metadata.name, at);
    }
    if (holds(status.conditions, "Failed")) this.failed.add(metadata.name);
  }
}

function holds(conditions: readonly v.InferOutput<typeof Condition>[], type: string): boolean {
  return conditions.some((condition) => condition.type === type && condition.status === "True");
}

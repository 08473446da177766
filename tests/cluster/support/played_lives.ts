/** Plays lives of pods on a cluster, all at once. */
import * as v from "valibot";
import { type Life, lifeSchema } from "../../simulate/support/seen_order.ts";
import { eventually, type Namespace, type PodEvent } from "./cluster.ts";
import { FollowedLogs } from "./followed_logs.ts";
import type { LifeIdea } from "./lives.ts";
import { recordedOrder } from "./recorded_order.ts";

/** As long as the slowest machine may take for all of them, in milliseconds. */
const PATIENCE = 240_000;

const jobsSchema = v.object({
  items: v.array(v.object({
    metadata: v.object({ name: v.string() }),
    status: v.object({
      conditions: v.optional(v.array(v.object({ type: v.string(), status: v.string() })), []),
    }),
  })),
});

/** So many lives at once do not keep a small machine from telling them in time. */
const AT_ONCE = 16;

/** Plays them to their ends, and gives what was seen of each pod. */
export async function playLives(
  ns: Namespace,
  ideas: readonly LifeIdea[],
): Promise<readonly Life[]> {
  const folder = await Deno.makeTempDir({ prefix: "koordinator-" });
  const logs = new FollowedLogs(ns, `${folder}/proxy.sock`);
  const begun = new Set<LifeIdea>();
  const due = new Set<LifeIdea>();
  const deleted = new Set<LifeIdea>();
  let next = 0;
  let results: Awaited<ReturnType<typeof jobResults>> = new Map();
  try {
    await eventually(
      "the ends of all lives",
      async () => {
        for (; next < ns.history.length; next++) {
          const event = ns.history[next];
          if (event === undefined) break;
          if (event.type !== "DELETED") logs.follow(event.object);
          const idea = ideas.find(({ name }) => name === event.object.metadata.name);
          if (idea?.deleteWhen?.(event.object) === true) due.add(idea);
        }
        for (const idea of due) {
          if (deleted.has(idea) || waitingIn(idea, logs) < idea.waiting) continue;
          deleted.add(idea);
          await ns.kubectl(["delete", "pod", idea.name, "--wait=false"]);
        }
        const alive = ideas.filter((idea) => begun.has(idea) && !isOver(idea, ns.history));
        const fresh = ideas.filter((idea) => !begun.has(idea)).slice(0, AT_ONCE - alive.length);
        if (fresh.length > 0) await ns.apply(...fresh.map(({ object }) => object));
        for (const idea of fresh) begun.add(idea);
        if (alive.length > 0 || begun.size < ideas.length) return false;
        results = await jobResults(ns);
        return [...results.values()].every((result) => result !== undefined);
      },
      () => unfinished(ideas, ns.history),
      PATIENCE,
    );
  } finally {
    await logs.close();
    await Deno.remove(folder, { recursive: true });
  }
  return ideas.flatMap((idea) => {
    const pods = podsOf(idea, ns.history);
    const result = results.get(idea.name);
    return pods.map((history, index) => {
      const answer = index === pods.length - 1 ? result : "retry";
      return v.parse(lifeSchema, {
        ...result === undefined ? {} : { job: { answer, failures: index } },
        name: index === 0 ? idea.name : `${idea.name}.${index}`,
        manifest: JSON.parse(JSON.stringify(idea.object)),
        assumptions: idea.assumptions,
        faults: idea.faults,
        order: recordedOrder(history, logs.lines),
      });
    });
  });
}

/** The histories of the pods of a life: of a Job there may be several. */
function podsOf(
  { name, object }: LifeIdea,
  history: readonly PodEvent[],
): readonly (readonly PodEvent[])[] {
  const suffix = /^-[a-z0-9]{5}$/;
  const isJob = v.is(v.looseObject({ kind: v.literal("Job") }), object);
  const own = history.filter(({ object: { metadata } }) =>
    isJob
      ? metadata.name.startsWith(name) && suffix.test(metadata.name.slice(name.length))
      : metadata.name === name
  );
  return [...Map.groupBy(own, ({ object }) => object.metadata.name).values()];
}

function isOver(idea: LifeIdea, history: readonly PodEvent[]): boolean {
  const pods = podsOf(idea, history);
  return pods.length > 0 && pods.every((events) => {
    const last = events.at(-1);
    if (last === undefined) return false;
    const { phase } = last.object.status;
    const isEnded = phase === "Succeeded" || phase === "Failed";
    const isLeaving = last.object.metadata.deletionTimestamp !== undefined;
    return last.type === "DELETED" || idea.deleteWhen === undefined && isEnded && !isLeaving;
  });
}

/** How many supervisors of a pod have begun to wait. */
function waitingIn({ name }: LifeIdea, { lines }: FollowedLogs): number {
  return lines.filter(({ pod, text }) =>
    pod === name && text.includes("nothing known of the pod yet")
  ).length;
}

/** The results of the Jobs of a namespace by their names; undefined for one that has none yet. */
async function jobResults(
  ns: Namespace,
): Promise<ReadonlyMap<string, "complete" | "fail" | undefined>> {
  const { items } = v.parse(
    jobsSchema,
    JSON.parse(await ns.kubectl(["get", "jobs", "-o", "json"])),
  );
  return new Map(items.map(({ metadata, status }) => {
    const has = (wanted: string) =>
      status.conditions.some(({ type, status }) => type === wanted && status === "True");
    return [metadata.name, has("Complete") ? "complete" : has("Failed") ? "fail" : undefined];
  }));
}

function unfinished(ideas: readonly LifeIdea[], history: readonly PodEvent[]): string {
  return ideas.filter((idea) => !isOver(idea, history)).map((idea) =>
    `${idea.name}: ${JSON.stringify(podsOf(idea, history).map((events) => events.at(-1)))}`
  ).join("\n");
}

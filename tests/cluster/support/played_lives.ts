/** Plays lives of pods on a cluster, all at once. */
import * as v from "valibot";
import { type Life, lifeSchema } from "../../simulate/support/seen_order.ts";
import { eventually, type Namespace, type PodEvent } from "./cluster.ts";
import { FollowedLogs } from "./followed_logs.ts";
import { type LifeIdea, LISTENS } from "./lives.ts";
import { circumstancesOf, recordedOrder } from "./recorded_order.ts";

/** As long as the slowest machine may take for all of them, in milliseconds. */
const PATIENCE = 480_000;

const jobsSchema = v.object({
  items: v.array(v.object({
    metadata: v.object({ name: v.string() }),
    status: v.object({
      conditions: v.optional(v.array(v.object({ type: v.string(), status: v.string() })), []),
    }),
  })),
});

/**
 * So many lives at once do not keep a small machine from telling them in time: with more of them a
 * supervisor on a slow one waits for the API server's first answer for seconds.
 */
const AT_ONCE = 8;

/** Plays them to their ends, and gives what was seen of each pod. */
export async function playLives(
  ns: Namespace,
  ideas: readonly LifeIdea[],
): Promise<readonly Life[]> {
  const folder = await Deno.makeTempDir({ prefix: "koordinator-" });
  const logs = new FollowedLogs(ns, `${folder}/proxy.sock`);
  const begun = new Set<LifeIdea>();
  const due = new Set<LifeIdea>();
  const disturbed = new Set<LifeIdea>();
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
          const idea = ideas.find((one) => isPodOf(one, event.object.metadata.name));
          if (idea?.intervention?.when(event.object) === true) due.add(idea);
        }
        for (const idea of due) {
          const { intervention } = idea;
          if (intervention === undefined || disturbed.has(idea)) continue;
          if (listeningIn(idea, logs) < intervention.listening) continue;
          disturbed.add(idea);
          await intervene(ns, idea, intervention.kind);
        }
        const alive = ideas.filter((idea) => begun.has(idea) && !isOver(idea, ns.history));
        const fresh = ideas.filter((idea) => !begun.has(idea)).slice(0, AT_ONCE - alive.length);
        if (fresh.length > 0) await ns.apply(...fresh.map(({ object }) => object));
        for (const idea of fresh) begun.add(idea);
        if (alive.length + fresh.length > 0 || begun.size < ideas.length) return false;
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
      const pod = history[0]?.object.metadata.name ?? "";
      const answer = index === pods.length - 1 ? result : "retry";
      return v.parse(lifeSchema, {
        ...result === undefined ? {} : { job: { answer, failures: index } },
        name: index === 0 ? idea.name : `${idea.name}.${index}`,
        manifest: JSON.parse(JSON.stringify(idea.object)),
        assumptions: idea.assumptions,
        faults: idea.faults,
        order: recordedOrder(history, logs.lines),
        ...circumstancesOf(pod, logs.lines),
      });
    });
  });
}

async function intervene(
  ns: Namespace,
  idea: LifeIdea,
  kind: "delete" | "deadline",
): Promise<void> {
  const { name } = idea;
  if (kind === "delete") {
    await ns.kubectl(["delete", "pod", name, "--wait=false"]);
  } else {
    const patch = JSON.stringify({ spec: { activeDeadlineSeconds: 1 } });
    await ns.kubectl(["patch", isJob(idea) ? "job" : "pod", name, "--patch", patch]);
  }
}

function isJob({ object }: LifeIdea): boolean {
  return v.is(v.looseObject({ kind: v.literal("Job") }), object);
}

/** What a Job adds to its name. */
const SUFFIX = /^-[a-z0-9]{5}$/;

function isPodOf(idea: LifeIdea, pod: string): boolean {
  const { name } = idea;
  return isJob(idea) ? pod.startsWith(name) && SUFFIX.test(pod.slice(name.length)) : pod === name;
}

/** The histories of the pods of a life: of a Job there may be several. */
function podsOf(
  idea: LifeIdea,
  history: readonly PodEvent[],
): readonly (readonly PodEvent[])[] {
  const own = history.filter(({ object }) => isPodOf(idea, object.metadata.name));
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
    return last.type === "DELETED" || idea.intervention?.kind !== "delete" && isEnded && !isLeaving;
  });
}

/** How many commands and supervisors of a life can be told to stop. */
function listeningIn(idea: LifeIdea, { lines }: FollowedLogs): number {
  return lines.filter(({ pod, text }) => isPodOf(idea, pod) && LISTENS.test(text)).length;
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

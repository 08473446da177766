import type { Workload } from "../manifest/workload.ts";
import { type CommandSettings, specOf } from "./assumptions.ts";
import type { CommandFlags } from "./options.ts";
import { bringsKoordinator } from "./real_play.ts";
import { settingsOf } from "./virtual_play.ts";

/** The same pod as if koordinator were nowhere in it. */
export function withoutKoordinator(workload: Workload): Workload {
  const others = workload.pod.containers.filter((each) => !bringsKoordinator(each, workload));
  const containers = others.map((container) => ({
    ...container,
    supervision: { kind: "none" } as const,
    env: container.env.filter(({ name }) => !/^KO{2,3}RDINATOR_/.test(name)),
  }));
  return { ...workload, pod: { ...workload.pod, annotations: new Map(), containers } };
}

/** What a program takes until it gives up, since what it needs is not there; in milliseconds. */
const GIVES_UP = { from: 100, to: 500 } as const;

/**
 * The commands of a pod without koordinator: what is known of them from the specs that are gone in it. A
 * server stays one, and who would start too early fails.
 */
export function commandsWithout(
  workload: Workload,
  flags: ReadonlyMap<string, CommandFlags>,
): ReadonlyMap<string, CommandSettings> {
  return new Map([...settingsOf(workload, flags), ...failingWithout(workload)]);
}

/**
 * The containers that would start before what they wait for, in a pod that starts none of them again:
 * what they need at their start is not there, and they fail.
 */
export function failingWithout({ pod }: Workload): ReadonlyMap<string, CommandSettings> {
  if (pod.restartPolicy !== "Never") return new Map();
  const waiting = pod.containers.filter(({ supervision }) =>
    (specOf(supervision)?.startDeps ?? []).length > 0
  );
  return new Map(waiting.map(({ name }) => [name, { ends: [1], endsAfter: GIVES_UP }]));
}

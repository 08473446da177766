/** What was seen of a pod that lived on a cluster, in an order that leaves open what nobody could tell. */
import * as v from "valibot";

const container = v.string();
const run = v.number();

/** What a log line of koordinator tells of order; the rest of them speak of time, or of nothing that happened. */
export const SAID = [
  "launching",
  "startTimeout",
  "stopDependencyMet",
  "stopEscalated",
  "terminationHeld",
  "terminationReleased",
  "commandEnded",
] as const;

/** What of it a timer alone leads to, as a rule: what comes in time leads to something else. */
export const BY_TIMERS = ["startTimeout", "stopEscalated", "terminationReleased"] as const;

const factEntries = {
  started: { what: v.literal("started"), container, run },
  ready: { what: v.literal("ready"), container, run },
  ended: { what: v.literal("ended"), container, run, code: v.number() },
  said: { what: v.literal("said"), container, event: v.picklist(SAID) },
  phase: {
    what: v.literal("phase"),
    phase: v.picklist(["Pending", "Running", "Succeeded", "Failed", "Gone"]),
  },
  deleted: { what: v.literal("deleted") },
};

const factSchema = v.variant("what", [
  v.object(factEntries.started),
  v.object(factEntries.ready),
  v.object(factEntries.ended),
  v.object(factEntries.said),
  v.object(factEntries.phase),
  v.object(factEntries.deleted),
]);

/** Something that happened, whoever tells it. */
export type Fact = v.InferOutput<typeof factSchema>;

/** When it happened, as far as is known. */
const knownSchema = v.object({
  /** At the earliest and at the latest, in milliseconds since the pod was first seen. */
  from: v.number(),
  to: v.number(),
});

const seenFactSchema = v.intersect([factSchema, knownSchema]);

/** A fact that was seen. */
export type SeenFact = Fact & v.InferOutput<typeof knownSchema>;

const spanSchema = v.object({ from: v.number(), to: v.number() });

/** What a command does, where its manifest does not let one guess it: CommandSettings as JSON. */
const settingsSchema = v.object({
  ends: v.exactOptional(v.array(v.number())),
  endsAfter: v.exactOptional(spanSchema),
  ready: v.exactOptional(v.nullable(spanSchema)),
  stops: v.exactOptional(v.nullable(spanSchema)),
  mayCrash: v.exactOptional(v.boolean()),
});

/** What befell a container, beside what its command and the kubelet do by themselves. */
export const faultSchema = v.object({
  container,
  kind: v.picklist(["outOfMemory", "supervisorKilled", "probeFails"]),
});
export type Fault = v.InferOutput<typeof faultSchema>;

/** A life of a pod: the manifest, what is known of its commands, and what was seen. */
export const lifeSchema = v.object({
  name: v.string(),
  manifest: v.looseObject({ kind: v.string() }),
  assumptions: v.record(v.string(), settingsSchema),
  faults: v.array(faultSchema),
  order: v.array(seenFactSchema),
  /** Containers whose supervisors' last words were lost with the pod; none where it was not looked for. */
  cutLogs: v.exactOptional(v.array(container)),
  /** Whether a supervisor told that the API server did not answer in time; not said where it was not looked for. */
  apiFailed: v.exactOptional(v.boolean()),
  /** What its Job made of its end, after so many failures of other pods. */
  job: v.exactOptional(v.object({
    answer: v.picklist(["complete", "retry", "fail"]),
    failures: v.number(),
  })),
});
export type Life = v.InferOutput<typeof lifeSchema>;

/**
 * Whether one fact certainly happened before another. In which update the API server told them means
 * nothing for that: the kubelet looks at its containers from time to time, and tells what it finds then.
 */
export function precedes(a: SeenFact, b: SeenFact): boolean {
  // What one supervisor says is in the order of its lines, however late it was with all of them.
  if (a.what === "said" && b.what === "said" && a.container === b.container) return a.to < b.to;
  return a.to < b.from;
}

/** Whether they are the same, whenever they happened. */
export function isSameFact(a: Fact, b: Fact): boolean {
  switch (a.what) {
    case "started":
    case "ready":
      return b.what === a.what && a.container === b.container && a.run === b.run;
    case "ended":
      return b.what === a.what && a.container === b.container && a.run === b.run &&
        a.code === b.code;
    case "said":
      return b.what === a.what && a.container === b.container && a.event === b.event;
    case "phase":
      return b.what === a.what && a.phase === b.phase;
    case "deleted":
      return b.what === a.what;
  }
}

/** A fact in a few words. */
export function describeFact(fact: Fact): string {
  switch (fact.what) {
    case "started":
    case "ready":
      return `${fact.container} ${fact.what} (run ${fact.run})`;
    case "ended":
      return `${fact.container} ended with ${fact.code} (run ${fact.run})`;
    case "said":
      return `${fact.container} said ${fact.event}`;
    case "phase":
      return `the pod is ${fact.phase}`;
    case "deleted":
      return "the pod was deleted";
  }
}

import * as v from "valibot";
import type { Pod } from "../supervisor/pod.ts";

/** Absent, null and undefined are one: Go writes any of them for an empty field. */
function maybe<const S extends v.BaseSchema<unknown, unknown, v.BaseIssue<unknown>>>(schema: S) {
  return v.nullish(schema, () => undefined);
}

const text = maybe(v.string());
const whole = maybe(v.number());

const containerStateSchema = v.object({
  waiting: maybe(v.object({ reason: text, message: text })),
  running: maybe(v.object({ startedAt: text })),
  terminated: maybe(v.object({
    // Go omits nothing here (the field has no omitempty), but a 0 is what an absent one would mean.
    exitCode: v.optional(v.number(), 0),
    reason: text,
    finishedAt: text,
  })),
});

const containerStatusSchema = v.object({
  name: v.string(),
  ready: maybe(v.boolean()),
  started: maybe(v.boolean()),
  restartCount: whole,
  state: maybe(containerStateSchema),
  lastState: maybe(containerStateSchema),
});

const containerSchema = v.object({
  name: v.string(),
  restartPolicy: text,
  readinessProbe: v.optional(v.unknown()),
  restartPolicyRules: maybe(v.array(v.object({
    action: v.string(),
    exitCodes: maybe(v.object({ operator: v.string(), values: maybe(v.array(v.number())) })),
  }))),
  env: maybe(v.array(v.object({ name: v.string(), value: text }))),
});

/** The part of core/v1 Pod that decisions need; everything else is dropped. */
export const podSchema: v.GenericSchema<unknown, Pod> = v.object({
  metadata: v.object({
    name: v.string(),
    uid: text,
    resourceVersion: text,
    deletionTimestamp: text,
    deletionGracePeriodSeconds: whole,
  }),
  spec: maybe(v.object({
    restartPolicy: text,
    terminationGracePeriodSeconds: whole,
    containers: maybe(v.array(containerSchema)),
    initContainers: maybe(v.array(containerSchema)),
  })),
  status: maybe(v.object({
    phase: text,
    containerStatuses: maybe(v.array(containerStatusSchema)),
    initContainerStatuses: maybe(v.array(containerStatusSchema)),
  })),
});

/** The part of a PodList that a watch starts from. */
export const podListSchema = v.object({
  metadata: v.object({ resourceVersion: v.string() }),
  items: v.nullish(v.array(podSchema), () => []),
});

/** The part of metav1.Status that tells what to do about a failure. */
export const statusSchema = v.object({
  code: whole,
  reason: text,
  message: text,
  details: maybe(v.object({ retryAfterSeconds: whole })),
});

/** A metav1.Status as far as it is needed. */
export type Status = v.InferOutput<typeof statusSchema>;

/** One line of a watch. An ERROR carries a Status, a BOOKMARK an object with only its version. */
export const watchEventSchema = v.variant("type", [
  v.object({ type: v.picklist(["ADDED", "MODIFIED", "DELETED"]), object: podSchema }),
  v.object({
    type: v.literal("BOOKMARK"),
    object: v.object({ metadata: v.object({ resourceVersion: v.string() }) }),
  }),
  v.object({ type: v.literal("ERROR"), object: statusSchema }),
]);

/** A watch event, parsed. */
export type WatchEvent = v.InferOutput<typeof watchEventSchema>;

/** What a watch tells: first that it is open; an ERROR is thrown as a failure instead. */
export type PodEvent =
  | { readonly type: "OPENED" }
  | Exclude<WatchEvent, { readonly type: "ERROR" }>;

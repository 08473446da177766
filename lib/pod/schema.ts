import * as v from "valibot";
import type { Pod } from "./pod.ts";

/** Absent, null and undefined are one: Go writes any of them for an empty field. */
export function maybe<const S extends v.BaseSchema<unknown, unknown, v.BaseIssue<unknown>>>(
  schema: S,
) {
  return v.nullish(schema, () => undefined);
}

/** A text that may be absent. */
export const text = maybe(v.string());
/** A number that may be absent. */
export const whole = maybe(v.number());

const containerStateSchema = v.object({
  waiting: maybe(v.object({ reason: text, message: text })),
  running: maybe(v.object({ startedAt: text })),
  terminated: maybe(v.object({
    // Go omits nothing here (the field has no omitempty), but a 0 is what an absent one would mean.
    exitCode: v.optional(v.number(), 0),
    reason: text,
    message: text,
    startedAt: text,
    finishedAt: text,
  })),
});

const containerStatusSchema = v.object({
  name: v.string(),
  ready: maybe(v.boolean()),
  started: maybe(v.boolean()),
  restartCount: whole,
  stopSignal: text,
  state: maybe(containerStateSchema),
  lastState: maybe(containerStateSchema),
});

/** Of a command it is only of interest whether it is koordinator's: it may be a script of any length. */
const commandSchema = maybe(
  v.pipe(
    v.array(v.string()),
    v.transform((words) => words.some((word) => word.includes("koordinator"))),
  ),
);

const containerSchema = v.pipe(
  v.object({
    name: v.string(),
    restartPolicy: text,
    readinessProbe: v.optional(v.unknown()),
    startupProbe: v.optional(v.unknown()),
    livenessProbe: v.optional(v.unknown()),
    lifecycle: maybe(v.object({ postStart: v.optional(v.unknown()), stopSignal: text })),
    command: commandSchema,
    args: commandSchema,
    restartPolicyRules: maybe(v.array(v.object({
      action: v.string(),
      exitCodes: maybe(v.object({ operator: v.string(), values: maybe(v.array(v.number())) })),
    }))),
    env: maybe(v.array(v.object({ name: v.string(), value: text }))),
  }),
  // Without a command the image's ENTRYPOINT runs, which may well be koordinator.
  v.transform(({ command, args, ...rest }) => ({
    ...rest,
    isBare: command === false && args !== true,
  })),
);

const conditionSchema = v.object({
  type: v.string(),
  status: v.string(),
  lastTransitionTime: text,
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
    conditions: maybe(v.array(conditionSchema)),
    containerStatuses: maybe(v.array(containerStatusSchema)),
    initContainerStatuses: maybe(v.array(containerStatusSchema)),
  })),
});

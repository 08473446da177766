import * as v from "valibot";
import { maybe, podSchema, text, whole } from "../pod/schema.ts";

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
export type ApiStatus = v.InferOutput<typeof statusSchema>;

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

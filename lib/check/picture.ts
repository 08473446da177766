import type { Workload } from "../manifest/workload.ts";
import { seconds } from "../spec/duration.ts";
import { modelOf } from "../simulate/explore.ts";
import { momentsOf } from "../simulate/played_moments.ts";
import type { PlayedPod } from "../simulate/played_pod.ts";
import type { PodEvent } from "../simulate/pod_event.ts";
import { lanesOf, pictureOf } from "../simulate/shown.ts";
import { replay } from "../simulate/story.ts";
import type { Timeline } from "../simulate/timeline.ts";

/** Behind the last event the bars go on, as what they show does. */
const AFTER_END = 3;

/**
 * An order of events as a picture. What counts is the order: each event has a second of its own.
 *
 * @param what what the order comes to
 */
export function pictureOfOrder(
  workload: Workload,
  pod: PlayedPod,
  events: readonly PodEvent[],
  what: string,
): Timeline {
  const model = modelOf(pod);
  const happenings = [...replay(model, events)].map(({ event, after, done }, index) => ({
    at: seconds(index),
    event,
    state: after,
    done,
  }));
  const phase = model.kubelet.phase(happenings.at(-1)?.state ?? model.initial);
  const shown = { workload, without: false };
  const lanes = new Set(lanesOf(shown).map(({ container }) => container));
  const moments = momentsOf({ pod, happenings, phase, because: "stuck" }).filter((moment) =>
    !("container" in moment) || lanes.has(moment.container)
  );
  const picture = pictureOf(shown, {
    moments,
    outcome: { good: false, what },
    length: seconds(happenings.length + AFTER_END),
  });
  return { ...picture, title: `${picture.title}, one event a second` };
}

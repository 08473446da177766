import { EPOCH } from "./api_view.ts";
import type { ModelOptions } from "./model.ts";
import type { PlayedPod } from "./played_pod.ts";
import type { ContainerState, PodState } from "./pod_state.ts";

/** Where times are in order and nothing more: before all of the runs that follow. */
const LONG_AGO = EPOCH - 3_600_000;
const SINCE = LONG_AGO + 60_000;

/**
 * All containers have ended to be started anew: the kubelet removes them, and keeps their statuses. The
 * volumes stay as they are, but for what an init container empties before anybody looks.
 */
export function beginAnew(
  { containers: played }: PlayedPod,
  state: PodState,
  { time, date }: Pick<ModelOptions, "time" | "date">,
): PodState {
  const exact = time === "exact";
  const emptied = played.flatMap(({ empties }) => empties ?? []);
  return {
    ...state,
    containers: state.containers.map((container, index) => {
      if (container.phase === "waiting") return container;
      const folder = played[index]?.supervisor?.folder;
      const removed: ContainerState = {
        ...container,
        phase: "waiting",
        launched: false,
        stale: true,
        told: folder !== undefined && emptied.includes(folder) ? undefined : container.told,
      };
      return exact ? removed : longAgo(removed);
    }),
    restart: { ending: false, endedAt: exact ? date(state.clock) : SINCE },
  };
}

/** What lived before lives no more, and so may be told apart by nothing but that it was before. */
function longAgo(container: ContainerState): ContainerState {
  const { told } = container;
  return {
    ...container,
    run: 0,
    formerExitCode: undefined,
    startedAt: LONG_AGO,
    finishedAt: LONG_AGO,
    told: told === undefined ? undefined : { ...told, at: LONG_AGO, run: 0 },
  };
}

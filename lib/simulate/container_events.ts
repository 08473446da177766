import type { Event } from "../supervisor/events.ts";
import { createApiView, EPOCH } from "./api_view.ts";
import {
  becomeReady,
  beginSupervision,
  endCommand,
  endContainer,
  endOfTold,
  newsOf,
  type Occasion,
  start,
  type Stepped,
  stop,
  tell,
} from "./container_steps.ts";
import { looksIn } from "./knowledge.ts";
import type { ContainerEvent } from "./pod_event.ts";
import type { ContainerState, PodState } from "./pod_state.ts";
import type { World } from "./possible.ts";
import { sightOf } from "./sight.ts";

/** What lies before the clock's beginning, so that earlier runs can be told apart, in milliseconds. */
const PAST = 600_000;
const RUN = 10_000;

/** Makes what works out what an event makes of its container. */
export function createContainerStep(
  { pod, kubelet, relevance, options }: World,
): (state: PodState, event: ContainerEvent) => Stepped {
  const show = createApiView(pod);
  return stepContainer;

  function stepContainer(state: PodState, event: ContainerEvent): Stepped {
    const { container: index } = event;
    const [played, before] = [pod.containers[index], state.containers[index]];
    if (played === undefined || before === undefined) throw new RangeError(`no container ${index}`);
    const run = event.kind === "containerStarts" && before.exitCode !== undefined
      ? Math.min(options.mostRuns, before.run + 1)
      : before.run;
    const occasion = occasionOf(state, run);
    const alone = (container: ContainerState): Stepped => ({ container, effects: [] });
    const to = (container: ContainerState, ...events: readonly Event[]) =>
      tell(played, container, events, occasion);
    const { supervision, process } = before;
    switch (event.kind) {
      case "containerStarts":
        return start(played, before, run, occasion);
      case "supervisorBegins":
        return beginSupervision(played, before, occasion);
      case "commandReady":
        return alone(becomeReady(before));
      case "commandEnds":
        return endCommand(played, before, { kind: "exited", code: event.code }, occasion);
      case "commandStops":
        return endCommand(played, before, endOfTold(before), occasion);
      case "outOfMemory":
        return endCommand(played, before, { kind: "signalled", signal: 9 }, occasion);
      case "supervisorKilled":
      case "kubeletKills":
        return alone(endContainer(before, 137, occasion));
      case "probeFails":
        return alone(kubelet.beginStop(index, before, state.clock));
      case "preStopEnds":
        return alone({ ...before, stop: "inLine", preStopDue: undefined });
      case "kubeletStops":
        return stop(played, before, occasion);
      case "podSeen": {
        if (supervision === undefined) return alone(before);
        const looks = looksIn(relevance[index], supervision.state.phase);
        const container = { ...before, supervision: { ...supervision, seen: sightOf(state) } };
        const shown = show(state, looks);
        return to(container, { kind: "podObserved", pod: shown, at: occasion.date });
      }
      case "siblingSeen": {
        const told = state.containers[event.sibling]?.told;
        const name = pod.containers[event.sibling]?.name;
        if (supervision === undefined || told === undefined || name === undefined) {
          return alone(before);
        }
        const heard = pod.containers.map((_, other) =>
          other === event.sibling ? told : supervision.heard[other]
        );
        const container = { ...before, supervision: { ...supervision, heard } };
        return to(container, ...newsOf(name, supervision.heard[event.sibling], told));
      }
      case "readinessSeen":
        if (supervision === undefined) return alone(before);
        return to(
          { ...before, supervision: { ...supervision, checked: true } },
          { kind: "readinessChecked", open: true },
        );
      case "checkOpens": {
        if (supervision === undefined) return alone(before);
        const probes = supervision.probes.filter((other) => other !== event.index);
        return to(
          { ...before, supervision: { ...supervision, probes } },
          { kind: "dependencyProbed", index: event.index, open: true },
        );
      }
      case "callEnds": {
        if (supervision === undefined) return alone(before);
        const { calling } = supervision;
        const told = event.ok && calling === "stopAction" && played.command.stops !== undefined;
        const container: ContainerState = {
          ...before,
          process: process && { ...process, told: process.told || told },
          supervision: { ...supervision, calling: undefined },
        };
        const detail = event.ok ? "HTTP 200" : "connection refused";
        const kind = calling === "afterExit" ? "afterExitEnded" : "stopActionEnded";
        return to(container, { kind, ok: event.ok, detail });
      }
      case "timerFires": {
        if (supervision === undefined) return alone(before);
        const timers = supervision.timers.filter(({ timer }) => timer !== event.timer);
        return to(
          { ...before, supervision: { ...supervision, timers } },
          { kind: "timerFired", timer: event.timer },
        );
      }
    }
  }

  function occasionOf({ clock, deletion }: PodState, run: number): Occasion {
    const date = options.date(clock);
    const beginsAtOnce = options.beginsAtOnce && deletion?.seen !== false;
    const common = { clock, date, deletion, beginsAtOnce, talks: options.time === "exact" };
    if (options.time === "exact" || deletion?.seen === true) {
      return { ...common, reportedAt: date, startedAt: date, finishedAt: date };
    }
    const began = EPOCH - PAST + RUN * run;
    return { ...common, reportedAt: began + 2_000, startedAt: began, finishedAt: began + 5_000 };
  }
}

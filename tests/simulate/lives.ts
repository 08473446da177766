/** Random pods, random behaviour of commands, random faults, and what holds in every life all the same. */
import type { PodEvent } from "../../lib/simulate/pod_event.ts";
import { type Planned, play, type Played } from "../../lib/simulate/play.ts";
import { EPOCH } from "../../lib/simulate/api_view.ts";
import { createRandom } from "../../lib/simulate/seeded.ts";
import { type ContainerIdea, pod, type PodIdea } from "./workloads.ts";

/** What a life is made of. */
export interface Fate {
  /** Decides on all lengths of time. */
  readonly seed: number;
  readonly idea: PodIdea;
  readonly planned: readonly Planned[];
  /** When the node's clock is set, and by how much, in milliseconds. */
  readonly jump: { readonly at: number; readonly by: number } | undefined;
}

/** A pod's life. */
export interface Life extends Fate {
  readonly played: Played;
}

/** Nobody watches longer than that, in milliseconds. */
const LONGEST = 86_400_000;

const QUIT = { http: { post: { port: 15020, path: "/quitquitquit" } } };

/** A state directory that cannot be written to. */
const READ_ONLY = [{ volume: "koordinator", at: "/koordinator", readOnly: true, path: [] }];

/** Plays a life. */
export function live(fate: Fate): Life {
  const { seed, idea, planned, jump } = fate;
  const date = (clock: number) =>
    EPOCH + clock + (jump !== undefined && clock >= jump.at ? jump.by : 0);
  return { ...fate, played: play(pod(idea), { seed, planned, until: LONGEST, date }) };
}

/** The fate that a seed makes. */
export function fateOf(seed: number): Fate {
  const random = createRandom(seed);
  const chance = (share: number) => random() < share;
  const between = (from: number, to: number) => Math.floor(from + random() * (to - from + 1));
  const pick = <T>(list: readonly T[]): T => {
    const one = list[between(0, list.length - 1)];
    if (one === undefined) throw new RangeError("nothing to pick from");
    return one;
  };
  const idea = imagine();
  const planned = plan(idea);
  const jump = chance(0.1)
    ? { at: between(0, 30_000), by: pick([-3_600_000, -5_000, 5_000, 3_600_000]) }
    : undefined;
  return { seed, idea, planned, jump };

  /** Sidecars that serve mains which end, and wait for each other in no circle. */
  function imagine(): PodIdea {
    const restartPolicy = pick(["Never", "Never", "OnFailure"] as const);
    const token = chance(0.7);
    const stateDirectory = !token || chance(0.6);
    const mains = Array.from({ length: between(1, 2) }, (_, index) => `main${index + 1}`);
    const sidecars = Array.from({ length: between(0, 3) }, (_, index) => `side${index + 1}`);
    const all = mains.length > 1 && (restartPolicy === "OnFailure" || chance(0.5));
    const probed = token && chance(0.1);
    const containers: ContainerIdea[] = sidecars.map((name, index) => {
      const before = sidecars.slice(0, index).filter(() => chance(0.4));
      const checked = stateDirectory && (chance(0.3) || !token);
      // Who cannot tell its readiness, or that it waits for another's, needs the kubelet's probes.
      const mute = probed && chance(0.5);
      const probe = probed || chance(0.7);
      return {
        name,
        probe,
        ...mute ? { mounts: READ_ONLY } : {},
        spec: {
          ...before.length > 0 ? { startDeps: before } : {},
          stopDeps: mains,
          ...all || restartPolicy === "OnFailure" ? { stopWhen: "all" } : {},
          ...chance(0.2) ? { stopLinger: "2s" } : {},
          ...chance(0.2) ? { whenStopDepExited: pick([QUIT, { signal: "SIGINT" }]) } : {},
          ...chance(0.2) ? { stopDelay: "3s" } : {},
          ...checked ? { readiness: { tcp: 5432 } } : {},
        },
      };
    });
    const env = {
      ...chance(0.3) ? { KOORDINATOR_RESTART_POLICY: restartPolicy } : {},
      ...stateDirectory && !probed && chance(0.1) ? { KOORDINATOR_API: "never" } : {},
    };
    for (const name of mains) {
      const awaited = sidecars.filter(() => chance(0.6));
      containers.push({
        name,
        env,
        spec: {
          ...awaited.length > 0 ? { startDeps: awaited } : {},
          ...chance(0.2) ? { startTimeout: pick(["20s", "2m"]) } : {},
          ...chance(0.2) ? { stopDelay: "2s" } : {},
          ...chance(0.1) ? { afterExit: [{ ...QUIT, lastOf: mains }] } : {},
          ...chance(0.2) ? { handOver: chance(0.5) } : {},
          ...chance(0.1) ? { restart: { policy: "onFailure", maxRetries: 2 } } : {},
        },
        assume: { ends: pick([[0], [0, 1], [0, 3]]), endsAfter: { from: 100, to: 20_000 } },
      });
    }
    if (chance(0.2)) {
      containers.unshift({ name: "prepare", role: "init", assume: { ends: [0] } });
    }
    if (chance(0.2)) {
      containers.unshift({ name: "native", role: "nativeSidecar", restartPolicy: "Always" });
    }
    const shuffled = chance(0.5)
      ? [...containers].toSorted((a, b) => rank(a) - rank(b))
      : containers;
    return { restartPolicy, token, stateDirectory, containers: shuffled };
  }

  /** Init containers stay in front. */
  function rank({ role = "main", name }: ContainerIdea): number {
    return role === "main" ? name.length + name.charCodeAt(0) : 0;
  }

  function plan({ containers }: PodIdea): readonly Planned[] {
    const list: Planned[] = [];
    const at = (event: PodEvent, time: number) => list.push({ at: time, event });
    if (chance(0.3)) at({ kind: "podDeleted" }, between(0, 60_000));
    if (chance(0.2)) {
      const from = between(0, 30_000);
      at({ kind: "apiFails" }, from);
      at({ kind: "apiAnswers" }, from + between(100, 120_000));
    }
    const container = between(0, containers.length - 1);
    if (chance(0.1)) at({ kind: "supervisorKilled", container }, between(0, 30_000));
    if (chance(0.1)) at({ kind: "outOfMemory", container }, between(0, 30_000));
    if (chance(0.1)) at({ kind: "commandEnds", container, code: 1 }, between(0, 30_000));
    return list;
  }
}

/** What does not hold in a life; nothing if all is well. */
export function faultsOf({ idea, planned, jump, played }: Life): readonly string[] {
  const { pod: { containers }, happenings, because } = played;
  const faults: string[] = [];
  if (because !== "over") faults.push(`it does not end: ${because}`);
  const answered = new Set<number>();
  const ended = new Map<number, Set<number>>();
  const launched = new Set<number>();
  const disturbed = planned.some(({ event }) =>
    event.kind === "supervisorKilled" || event.kind === "outOfMemory"
  );
  // After ten seconds without an answer the state directory alone decides, which knows of no probe.
  const isApiAway = planned.some(({ event }) => event.kind === "apiFails");
  const isQuiet = planned.length === 1 && idea.stateDirectory === true && jump === undefined &&
    containers.every(({ supervisor, role }) => role !== "main" || supervisor?.writes === true);
  let deletedAt: number | undefined;
  let before = containers.map((): Before => ({ alive: false, running: false, supervised: false }));
  for (const { at, event, state, done } of happenings) {
    if (event.kind === "podDeleted") deletedAt = at;
    if (deletedAt !== undefined && isQuiet) checkOrder(event);
    if (event.kind === "kubeletKills" && !disturbed) {
      faults.push(`${containers[event.container]?.name} is killed at ${at}`);
    }
    for (const [index, container] of state.containers.entries()) {
      const was = before[index];
      if (container.process?.answers === true) answered.add(index);
      if (container.process !== undefined) {
        if (was?.alive !== true) checkLaunch(index, event);
        launched.add(index);
      }
      if (container.phase === "terminated") {
        const codes = ended.get(index) ?? new Set();
        codes.add(container.exitCode ?? 0);
        ended.set(index, codes);
        if (container.process !== undefined) {
          faults.push(`${containers[index]?.name} left a process`);
        }
      }
    }
    for (const { container, effect } of done) {
      const was = before[container];
      const name = containers[container]?.name;
      if (effect.kind === "launch" && was?.alive === true) faults.push(`${name} is launched twice`);
      const isEnd = event.kind === "commandEnds" || event.kind === "commandStops" ||
        event.kind === "outOfMemory";
      if (effect.kind === "exit" && was?.alive === true && !isEnd) {
        faults.push(`the supervisor of ${name} ends before its command`);
      }
    }
    const exits = done.filter(({ effect }) => effect.kind === "exit").length;
    if (exits > 1) faults.push("two exits at once");
    before = state.containers.map(({ process, phase, supervision }) => ({
      alive: process !== undefined,
      running: phase === "running",
      supervised: supervision !== undefined,
    }));
  }
  if (before.some(({ running }) => running)) faults.push("somebody is left");
  const last = happenings.at(-1);
  if (deletedAt !== undefined && last !== undefined && last.at > deletedAt + 33_000) {
    faults.push(`the deletion takes ${last.at - deletedAt} ms`);
  }
  return faults;

  /** On deletion who serves others ends after them, if nothing else disturbs the pod. */
  function checkOrder(event: PodEvent): void {
    if (event.kind !== "commandStops") return;
    const { spec } = containers[event.container]?.supervisor?.context ?? {};
    if (spec?.stopWhen === "any" && spec.stopDeps.length > 1) return;
    for (const { container } of spec?.stopDeps ?? []) {
      const served = containers.findIndex(({ name }) => name === container);
      if (before[served]?.alive === true && before[served]?.supervised === true) {
        faults.push(`${containers[event.container]?.name} ends before ${container}`);
      }
    }
  }

  function checkLaunch(index: number, event: PodEvent): void {
    const { spec, sources } = containers[index]?.supervisor?.context ?? {};
    if (spec === undefined || sources === undefined) return;
    if (event.kind === "timerFires" && event.timer === "startTimeout") return;
    for (const dependency of spec.startDeps) {
      if (dependency.kind !== "container") continue;
      const other = containers.findIndex(({ name }) => name === dependency.container);
      const asked = containers[other];
      const isChecked = asked?.probes.readiness === true && sources.api && !isApiAway ||
        asked?.supervisor?.context.spec.readiness !== undefined;
      // Without a check a container that is held back counts as ready once it is held back no more.
      const isHeld = (asked?.supervisor?.context.spec.startDeps ?? []).length > 0;
      if (isHeld && !isChecked) continue;
      if (!launched.has(other) || isChecked && !answered.has(other)) {
        faults.push(
          `${containers[index]?.name} is launched before ${dependency.container} of ` +
            `${idea.containers.length} is ready`,
        );
      }
    }
  }
}

interface Before {
  readonly alive: boolean;
  readonly running: boolean;
  readonly supervised: boolean;
}

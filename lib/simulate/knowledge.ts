import { restartsAll } from "../pod/restart_policy.ts";
import { containersOf } from "../spec/containers.ts";
import type { Spec, Until } from "../spec/spec.ts";
import { finalities, type PlayedContainer, type PlayedPod } from "./played_pod.ts";

/** What a supervisor looks at of another container; all the rest is the same to it. */
export interface Look {
  /** The container's index. */
  readonly at: number;
  /** At its status in the API server, at its report in the state directory. Its end counts always. */
  readonly status: boolean;
  readonly report: boolean;
  readonly ready: boolean;
  readonly started: boolean;
  /** At how its earlier runs ended. */
  readonly history: boolean;
  /** At which of its runs something is of: an end is believed by the start that it came after. */
  readonly runs: boolean;
  /** At whether it is held back. */
  readonly waits: boolean;
}

/** What is relevant to a supervisor before its command is launched, and while it runs. */
export interface Relevance {
  readonly waiting: readonly Look[];
  readonly running: readonly Look[];
}

/** What a supervisor looks at in a phase. */
export function looksIn(relevance: Relevance | undefined, phase: string): readonly Look[] {
  if (relevance === undefined) return [];
  return phase === "waiting" ? relevance.waiting : relevance.running;
}

/** All exit codes that there are. */
const CODES: readonly number[] = Array.from({ length: 256 }, (_, code) => code);

const NOTHING: Relevance = { waiting: [], running: [] };

/**
 * By container: what its supervisor looks at. What it does not look at need not be told: the orders in
 * which that is told are all the same to it.
 *
 * @param time where it is exact all is told of those who are looked at, since its times may matter
 */
export function relevanceIn(pod: PlayedPod, time: "exact" | "ordered"): readonly Relevance[] {
  const exact = time === "exact";
  const mayRunAgain = finalities(pod).map((isFinal) => CODES.some((code) => !isFinal(code)));
  const mayBeginAnew = pod.containers.some(mayRestartAll);
  const specs = new Map(pod.containers.map(({ name, supervisor }) => [
    name,
    supervisor?.context.spec,
  ]));
  return pod.containers.map(({ name: self, supervisor }) => {
    if (supervisor === undefined) return NOTHING;
    const { spec, sources } = supervisor.context;
    const again = spec.restart.policy !== "never";
    const list = (waiting: boolean): readonly Look[] =>
      pod.containers.flatMap((other, at) => {
        const { name } = other;
        if (name === self) return [];
        const untils = waiting || again ? awaitedOf(specs, spec, name) : [];
        const stops = stopsFor(spec, name);
        const asks = isAsking(specs.get(name), self, spec);
        const mayBegin = mayRestartAll(other);
        const matters = untils.length > 0 || stops.length > 0;
        if (!matters && !asks && !mayBegin) return [];
        return [{
          at,
          status: matters || mayBegin,
          report: matters || asks,
          ready: exact || untils.includes("ready"),
          started: exact || untils.includes("started"),
          history: exact || mayBeginAnew || !sources.api || again ||
            untils.some((until) => until === "succeeded" || until === "terminated") ||
            stops.some((when) => when !== "final"),
          runs: exact || matters && (mayBeginAnew || mayRunAgain[at] === true),
          waits: exact || asks,
        }];
      });
    return { waiting: list(true), running: list(false) };
  });
}

/** Whether some end of a container has all restarted. */
export function mayRestartAll({ spec }: PlayedContainer): boolean {
  return CODES.some((code) => restartsAll(spec, code));
}

/** What is waited for of a container, by this one or by one that it waits for. */
function awaitedOf(
  specs: ReadonlyMap<string, Spec | undefined>,
  spec: Spec,
  name: string,
): readonly Until[] {
  const visited = new Set<Spec>();
  const found: Until[] = [];
  const todo: Spec[] = [spec];
  for (let next; (next = todo.pop()) !== undefined;) {
    if (visited.has(next)) continue;
    visited.add(next);
    for (const dependency of next.startDeps) {
      if (dependency.kind !== "container") continue;
      if (dependency.container === name) found.push(dependency.until);
      const other = specs.get(dependency.container);
      if (other !== undefined) todo.push(other);
    }
  }
  return found;
}

function stopsFor(spec: Spec, name: string): readonly string[] {
  return [
    ...spec.stopDeps.flatMap(({ container, when }) => container === name ? [when] : []),
    ...spec.afterExit.flatMap(({ lastOf }) => lastOf.includes(name) ? ["final"] : []),
  ];
}

/** Whether what another one tells makes a container check its readiness, or stay to tell its end. */
function isAsking(
  other: Spec | undefined,
  self: string,
  { readiness, handOver }: Spec,
): boolean {
  if (other === undefined) return false;
  const awaited = other.startDeps.some((dependency) =>
    dependency.kind === "container" && dependency.container === self
  );
  return readiness !== undefined && awaited ||
    handOver === true && containersOf(other).includes(self);
}

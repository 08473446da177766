import { type Duration, formatDuration, seconds } from "../spec/duration.ts";
import type { Spec } from "../spec/spec.ts";
import type { Missing } from "./gate.ts";
import type { Observations } from "./observations.ts";
import type { Sources } from "./state.ts";

/** The pauses between the lines that say what is waited for; the last one holds from then on. */
const PAUSES = [10, 20, 30, 60, 180, 300].map(seconds);

/** How long after the `lines`-th line the next one follows. */
export function pauseAfterLine(lines: number): Duration {
  return PAUSES[Math.min(lines, PAUSES.length) - 1] ?? seconds(10);
}

/** What is waited for, and how long it has been. */
export function waitingLine(missing: readonly Missing[], time: Duration): string {
  const what = sentence(missing);
  return time === 0
    ? `waiting for ${what}`
    : `still waiting for ${what} after ${formatDuration(time)}`;
}

/** The dependencies that do not hold, each with what is seen of it. */
export function sentence(missing: readonly Missing[]): string {
  if (missing.length === 0) return "the pause before a restart";
  return missing.map(({ dependency, why }) => `${dependency} (${why})`).join(", ");
}

/** Where containers are looked for. */
export function sourcesOf({ api, stateDirectory }: Sources): readonly string[] {
  return [
    ...(api ? ["the API server"] : []),
    ...(stateDirectory === undefined ? [] : [`the state directory ${stateDirectory}`]),
  ];
}

/**
 * What is to be said of containers that a spec names and nobody has heard of: without the API server
 * one that is not under koordinator, or looks elsewhere, is never heard of.
 */
export function silenceOf(spec: Spec, { pod, told, sources }: Observations): readonly string[] {
  if (pod?.spec !== undefined) return [];
  const names = new Set([
    ...spec.startDeps.flatMap((dependency) =>
      dependency.kind === "container" ? [dependency.container] : []
    ),
    ...spec.stopDeps.map(({ container }) => container),
  ]);
  const silent = [...names].filter((name) => !told.has(name));
  if (silent.length === 0) return [];
  const there = [...told.keys()].toSorted();
  const others = there.length === 0 ? "nobody else is there" : `there are: ${there.join(", ")}`;
  const where = sources.stateDirectory ?? "it has none";
  return silent.map((name) =>
    `nothing is heard of ${name}: is koordinator in front of its command, and do both mount the same ` +
    `state directory (${where})? ${others}`
  );
}

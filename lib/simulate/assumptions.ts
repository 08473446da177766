import type { ContainerTemplate, PodTemplate, Supervision } from "../manifest/workload.ts";
import type { RestartRule } from "../pod/pod.ts";
import type { Spec } from "../spec/spec.ts";
import type { Command, Span } from "./played_pod.ts";

/** What may be said of a command beside what its manifest lets one guess. */
export interface CommandSettings {
  /** The exit codes with which it may end by itself; none: it is a server. */
  readonly ends?: readonly number[];
  /** How long it runs before it ends, in milliseconds. */
  readonly endsAfter?: Span;
  /** How long it takes until it answers; null: it never does. */
  readonly ready?: Span | null;
  /** How long it takes to end once it was told to; null: it ignores every signal but SIGKILL. */
  readonly stops?: Span | null;
  /** Whether a server may end by itself, with exit code 1. */
  readonly mayCrash?: boolean;
}

/** Settings by container name. */
export type Assumptions = ReadonlyMap<string, CommandSettings>;

/** What is taken for granted of commands of which nothing was said, in milliseconds. */
const ENDS_AFTER: Span = { from: 2_000, to: 10_000 };
const READY_AFTER: Span = { from: 1_000, to: 4_000 };
const STOPS_AFTER: Span = { from: 20, to: 1_000 };

/** The spec that a container's supervisor acts by; undefined without one. */
export function specOf(supervision: Supervision): Spec | undefined {
  return (supervision.kind === "inFront" || supervision.kind === "annotated") &&
      supervision.spec.kind === "valid"
    ? supervision.spec.spec
    : undefined;
}

/**
 * The containers whose commands end by themselves: init containers; where the pod is to end, those that
 * others serve, and those in which nothing is seen of a server. A command that the kubelet or its
 * supervisor probes, and one with stop dependencies, is a server.
 */
export function endingCommands(pod: PodTemplate, toEnd: boolean): ReadonlySet<string> {
  const served = new Set(
    pod.containers.flatMap(({ supervision }) =>
      (specOf(supervision)?.stopDeps ?? []).map(({ container }) => container)
    ),
  );
  const awaited = new Set(
    pod.containers.flatMap(({ supervision }) =>
      (specOf(supervision)?.startDeps ?? []).flatMap((dependency) =>
        dependency.kind === "container" &&
          (dependency.until === "succeeded" || dependency.until === "terminated")
          ? [dependency.container]
          : []
      )
    ),
  );
  const candidates = pod.containers.filter(({ role, supervision }) =>
    role !== "nativeSidecar" && (specOf(supervision)?.stopDeps ?? []).length === 0
  );
  const ending = candidates.filter((container) =>
    container.role === "init" || awaited.has(container.name) ||
    toEnd && (served.has(container.name) || !isProbed(container))
  );
  // A Job without a command that ends would be none.
  const all = toEnd && ending.every(({ role }) => role === "init") ? candidates : ending;
  return new Set(all.map(({ name }) => name));
}

function isProbed({ readinessProbe, livenessProbe, startupProbe, supervision }: ContainerTemplate) {
  return readinessProbe !== undefined || livenessProbe !== undefined ||
    startupProbe !== undefined ||
    specOf(supervision)?.readiness !== undefined;
}

/** A code that a rule answers: who wrote the rule expects it. */
function expectedBy({ exitCodes }: RestartRule): readonly number[] {
  const values = exitCodes?.values ?? [];
  if (exitCodes?.operator === "In") return values.slice(0, 1);
  return [1, ...values.map((value) => value + 1)].filter((code) => !values.includes(code))
    .slice(0, 1);
}

/**
 * A command as it is assumed to be.
 *
 * @param rules of its container: it may end in the ways that these answer
 */
export function assumeCommand(
  endsByItself: boolean,
  rules: readonly RestartRule[],
  settings: CommandSettings = {},
): Command {
  const guessed = [...endsByItself ? [0, 1] : [], ...rules.flatMap(expectedBy)];
  const codes = settings.ends ?? [...new Set(guessed)];
  const after = settings.endsAfter ?? ENDS_AFTER;
  const all = settings.mayCrash === true ? [...new Set([...codes, 1])] : codes;
  return {
    ends: all.map((code) => ({ code, after })),
    ready: settings.ready === null ? undefined : settings.ready ?? READY_AFTER,
    stops: settings.stops === null ? undefined : settings.stops ?? STOPS_AFTER,
  };
}

/** What is assumed of a command, as a sentence. */
export function describeCommand(name: string, { ends, ready, stops }: Command): string {
  const codes = ends.map(({ code }) => `${code}`);
  const last = codes.pop();
  const list = codes.length === 0 ? last : `${codes.join(", ")} or ${last}`;
  return [
    last === undefined
      ? `${name} is a server: it runs until it is stopped`
      : `${name} ends by itself with ${list}`,
    ...ready === undefined ? ["never becomes ready"] : [],
    ...stops === undefined ? ["ignores the stop signal"] : [],
  ].join(", ");
}

import { copiedTo, isKoordinator } from "../manifest/executable.ts";
import type { ContainerTemplate, Workload } from "../manifest/workload.ts";
import type { Duration } from "../spec/duration.ts";

/** What is played with real processes, and how. */
export interface RealPlay {
  readonly workload: Workload;
  /** What runs in place of a container's own command. */
  readonly standIns: ReadonlyMap<string, readonly string[]>;
  /** The port of this machine that stands for one of the pod, by its number or name. */
  readonly ports: ReadonlyMap<string, number>;
  /** When the pod is deleted. */
  readonly deleteAfter: Duration | undefined;
  /** When the play is ended by force. */
  readonly limit: Duration;
  /** koordinator's command line; undefined: the pod is played without it. */
  readonly supervisor: readonly string[] | undefined;
}

/** The command of a container, without koordinator in front of it; undefined if the image alone knows it. */
export function commandOf(
  { command, args, supervision }: ContainerTemplate,
): readonly string[] | undefined {
  if (command === undefined) return undefined;
  const words = [...command, ...args];
  const isInFront = supervision.kind === "inFront" || supervision.kind === "disabled";
  if (!isInFront || !isKoordinator(words[0] ?? "")) return words;
  const behind = words.slice(1);
  return behind[0] === "--" ? behind.slice(1) : behind;
}

/** Whether a container does nothing but bring koordinator into the pod, which this machine has. */
export function bringsKoordinator(
  container: ContainerTemplate,
  { pod }: Pick<Workload, "pod">,
): boolean {
  return copiedTo(pod, container) !== undefined;
}

/** What runs for a container: its stand-in, or its own command. */
export function runs(play: RealPlay, container: ContainerTemplate): readonly string[] | undefined {
  return play.standIns.get(container.name) ?? commandOf(container);
}

/** The port of this machine that a probe asks; undefined if a name is not known. */
export function portOf({ ports }: RealPlay, port: number | string): number | undefined {
  return ports.get(String(port)) ?? (typeof port === "number" ? port : undefined);
}

/**
 * What keeps a pod from being played on this machine, in words; empty if nothing does.
 *
 * @param isFound whether there is a program of that name
 */
export function obstacles(
  play: RealPlay,
  isFound: (program: string) => boolean,
): readonly string[] {
  const { containers } = play.workload.pod;
  const strangers = [...play.standIns.keys()].filter((name) =>
    !containers.some((container) => container.name === name)
  );
  return [
    ...strangers.map((name) => `--with ${name}: there is no container of this name`),
    ...containers.flatMap((container) => {
      const { name } = container;
      if (bringsKoordinator(container, play.workload)) return [];
      const [program] = runs(play, container) ?? [];
      if (program === undefined) {
        return [`${name} has no command of its own in the manifest: its image knows it`];
      }
      return isFound(program) ? [] : [`${name}: ${program} is not on this machine`];
    }),
    ...containers.flatMap(({ name, readinessProbe, livenessProbe, startupProbe }) =>
      [readinessProbe, livenessProbe, startupProbe].flatMap((probe) => {
        const action = probe?.action;
        if (action === undefined || action.kind === "exec") return [];
        if (action.kind === "grpc") return [`${name} has a gRPC probe, which is not played`];
        return portOf(play, action.port) === undefined
          ? [`${name} is probed at a port of the name ${action.port}: --port ${action.port}=NUMBER`]
          : [];
      })
    ),
  ];
}

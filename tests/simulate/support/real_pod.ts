import { assertEquals } from "@std/assert";
import { readManifest } from "../../../lib/manifest/manifest.ts";
import { supervisorProgram } from "../../../lib/simulate/koordinator_program.ts";
import type { Moment } from "../../../lib/simulate/moment.ts";
import type { RealPlay } from "../../../lib/simulate/real_play.ts";
import { playReal } from "../../../lib/simulate/real_pod.ts";
import { seconds } from "../../../lib/spec/duration.ts";

/** A container whose command is a shell script; under koordinator if it has a spec. */
export interface Container {
  readonly name: string;
  readonly script: string;
  readonly spec?: unknown;
  readonly more?: Readonly<Record<string, unknown>>;
}

function container({ name, script, spec, more }: Container) {
  const command = ["sh", "-c", script];
  return {
    name,
    command: spec === undefined ? command : ["/koordinator/koordinator", ...command],
    env: spec === undefined ? [] : [{ name: "KOORDINATOR_SPEC", value: JSON.stringify(spec) }],
    ...more,
  };
}

/** A pod of shell scripts, played for real. */
export function pod(
  containers: readonly Container[],
  options: {
    readonly init?: readonly Container[];
    readonly restartPolicy?: string;
    readonly grace?: number;
    readonly volumes?: readonly unknown[];
    /** Whether there is a token for the API server; true by default. */
    readonly token?: boolean;
    readonly play?: Partial<RealPlay>;
  } = {},
): RealPlay {
  const spec = {
    restartPolicy: options.restartPolicy ?? "Never",
    terminationGracePeriodSeconds: options.grace ?? 20,
    volumes: options.volumes ?? [],
    automountServiceAccountToken: options.token ?? true,
    initContainers: (options.init ?? []).map(container),
    containers: containers.map(container),
  };
  const text = JSON.stringify({ apiVersion: "v1", kind: "Pod", metadata: { name: "pod" }, spec });
  const [workload] = readManifest({ name: "pod.yaml", text }).workloads;
  if (workload === undefined) throw new Error(text);
  return {
    ...{ workload, standIns: new Map(), ports: new Map(), deleteAfter: undefined },
    limit: seconds(60),
    supervisor: supervisorProgram(),
    ...options.play,
  };
}

/**
 * Plays it.
 *
 * @param isToDelete whether the pod is deleted at a moment, so many of its scripts having said that they
 *   are up
 */
export async function played(
  play: RealPlay,
  isToDelete: (moment: Moment, up: number) => boolean = () => false,
) {
  const moments: Moment[] = [];
  const remove = new AbortController();
  let up = 0;
  const end = await playReal(play, (moment) => {
    moments.push(moment);
    if (moment.text === "up") up++;
    if (isToDelete(moment, up)) remove.abort();
  }, { interrupt: new AbortController().signal, remove: remove.signal });
  const kinds = moments.flatMap((moment) =>
    "container" in moment && moment.kind !== "said" ? [`${moment.container} ${moment.kind}`] : []
  );
  const said = moments.flatMap(({ text }) => text ?? []);
  return { ...end, moments, kinds, said };
}

/** Whether these come in this order, among others. */
export function assertOrder(all: readonly string[], ...wanted: readonly string[]): void {
  let from = 0;
  for (const each of wanted) {
    const at = all.indexOf(each, from);
    assertEquals(at >= 0, true, `${each} is not in its place in ${JSON.stringify(all)}`);
    from = at + 1;
  }
}

import type { ContainerTemplate, Probe } from "../manifest/workload.ts";
import { hasApiToken } from "./played_workload.ts";
import type { RealApi } from "./real_api.ts";
import { isSupervised } from "./real_container.ts";
import { startGuard } from "./real_guard.ts";
import { portOf, type RealPlay } from "./real_play.ts";
import { machineEnvironment, MARK } from "./real_process.ts";
import { emptiedBy, shareOf } from "./shared_folder.ts";

/** What the machine gives a pod that is played on it; its folder is removed at the end. */
export interface RealEnvironment extends AsyncDisposable {
  /** All processes of the pod have it in their environment, or one below it. */
  readonly mark: string;
  readonly markOf: (container: string) => string;
  readonly env: (container: ContainerTemplate) => Readonly<Record<string, string>>;
  /** Empties the state directory that a container empties which brings koordinator into the pod. */
  readonly empty: (container: ContainerTemplate) => Promise<void>;
}

/** Makes the folder that stands for the pod's volumes: state directory, pod info, termination messages. */
export async function realEnvironment(
  play: RealPlay,
  api: RealApi | undefined,
): Promise<RealEnvironment> {
  const folder = await Deno.makeTempDir({ prefix: "koordinator-simulate-" });
  const guard = startGuard(folder);
  const machine = machineEnvironment();
  const { pod, name, namespace } = play.workload;
  await Deno.mkdir(`${folder}/state`);
  const mark = `${folder}/root`;
  const markOf = (container: string) => `${mark}/${container}`;
  for (const container of pod.containers) {
    const root = markOf(container.name);
    await Deno.mkdir(`${root}/dev`, { recursive: true });
    await Deno.mkdir(`${root}/etc/podinfo`, { recursive: true });
    await Deno.writeTextFile(`${root}/dev/termination-log`, "");
    await Deno.writeTextFile(`${root}/etc/podinfo/name`, name);
    await Deno.writeTextFile(`${root}/etc/podinfo/namespace`, namespace ?? "default");
    if (api !== undefined && hasApiToken(pod)) await api.writeServiceAccount(root);
  }
  return {
    mark,
    markOf,
    env: (container) => ({
      ...machine,
      ...Object.fromEntries(
        container.env.flatMap(({ name, filled }) => filled === undefined ? [] : [[name, filled]]),
      ),
      ...api?.env,
      ...(isSupervised(container, play) ? supervisorEnvironment(container, play, folder) : {}),
      [MARK]: markOf(container.name),
    }),
    empty: async (container) => {
      const share = emptiedBy(pod, container);
      if (share === undefined) return;
      const path = stateDirectory(folder, share);
      await Deno.remove(path, { recursive: true }).catch((error) => {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      });
    },
    async [Symbol.asyncDispose]() {
      await guard[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** A path that nobody can make, root neither. */
const NOWHERE = "/proc/no-state-directory";

function stateDirectory(folder: string, share: string): string {
  return `${folder}/state/${encodeURIComponent(share)}`;
}

/** What the mounts, the downward API and injection would give koordinator. */
function supervisorEnvironment(
  container: ContainerTemplate,
  play: RealPlay,
  folder: string,
): Readonly<Record<string, string>> {
  const { pod } = play.workload;
  const share = shareOf(pod, container);
  return {
    KOORDINATOR_CONTAINER_NAME: container.name,
    KOORDINATOR_STATE_DIR: share === undefined ? NOWHERE : stateDirectory(folder, share),
    KOORDINATOR_LOG_FORMAT: "json",
    KOORDINATOR_LOG_LEVEL: "info",
    ...(container.supervision.kind === "annotated" ? injected(container, play) : {}),
  };
}

/** What injection writes into a container that an annotation asks it for. */
function injected(
  { readinessProbe, restartPolicy, supervision }: ContainerTemplate,
  play: RealPlay,
): Readonly<Record<string, string>> {
  const { pod } = play.workload;
  const spec = supervision.kind === "annotated" && supervision.spec.kind !== "absent"
    ? pod.annotations.get(supervision.spec.source.name)
    : undefined;
  const readiness = readinessProbe && readinessOf(readinessProbe, play);
  return {
    KOORDINATOR_RESTART_POLICY: restartPolicy ?? pod.restartPolicy,
    ...(spec === undefined ? {} : { KOORDINATOR_SPEC: spec }),
    ...(readiness === undefined ? {} : { KOORDINATOR_READINESS: JSON.stringify(readiness) }),
  };
}

/** The kubelet's probe as the supervisor's own. */
function readinessOf({ action }: Probe, play: RealPlay): unknown {
  switch (action.kind) {
    case "exec":
      return { exec: action.command };
    case "http":
      return { http: { port: portOf(play, action.port), path: action.path } };
    case "tcp":
      return { tcp: portOf(play, action.port) };
    case "grpc":
      return undefined;
  }
}

import type { Environment } from "./environment.ts";
import { KoordinatorError } from "./errors.ts";
import { findContainer, findIdentity } from "./identity.ts";
import type { PodSource } from "./kubernetes/pod_source.ts";
import type { Log } from "./log.ts";
import type { Spec } from "./spec/spec.ts";
import { stateDirectory } from "./state_directory_path.ts";
import type { Siblings } from "./supervisor/report.ts";
import type { World } from "./world.ts";

/** Which container of which pod this is, as far as it is known without the API server. */
export interface Self {
  readonly container: string | undefined;
  readonly podUid: string | undefined;
}

/** Finds out from KOORDINATOR_CONTAINER_NAME and the mounts that the kubelet made. */
export function findSelf(environment: Environment): Self {
  const mounted = findContainer(readText("/proc/self/mountinfo") ?? "");
  return {
    container: environment.containerName ?? mounted?.container,
    podUid: mounted?.podUid,
  };
}

/**
 * The way to follow this pod, if a dependency cannot be judged without it.
 *
 * @throws {KoordinatorError} exit code 125, if it is needed and there is none
 */
export async function followThisPod(
  environment: Environment,
  spec: Spec,
  log: Log,
): Promise<PodSource | undefined> {
  const needed = spec.stopDeps.length > 0 ||
    spec.startDeps.some(({ kind }) => kind === "container") ||
    spec.afterExit.some(({ lastOf }) => lastOf.length > 0);
  const welcome = spec.afterExit.some(({ on }) => on === undefined);
  if (!needed && !welcome) return undefined;
  try {
    return await openPodSource(environment, log);
  } catch (error) {
    if (needed || !(error instanceof KoordinatorError)) throw error;
    log.info("afterExit without `on` is `always`: the pod's restart policy is unknown", {
      why: error.message,
    });
    return undefined;
  }
}

async function openPodSource(environment: Environment, log: Log): Promise<PodSource> {
  const { root } = environment;
  const [{ inClusterConfig, serviceAccountPaths }, { tokenClaims }] = await Promise.all([
    import("./kubernetes/in_cluster.ts"),
    import("./kubernetes/token_claims.ts"),
  ]);
  const config = inClusterConfig((name) => Deno.env.get(name), root);
  const identity = findIdentity(environment, (path) => readText(`${root}${path}`), () => {
    const token = readText(serviceAccountPaths(root).token);
    return token === undefined ? undefined : tokenClaims(token);
  });
  log.debug("this pod", { ...identity });
  return async (tell, signal) => {
    // The client is a module of its own (tools/bundle.ts): a command that need not wait is launched
    // before it is loaded.
    const { watchPod } = await import("./kubernetes/watch.ts");
    await watchPod({ config, ...identity })(tell, signal);
  };
}

/** The state directory's part of the world; a container without a spec has nothing to tell. */
export async function openSiblings(
  environment: Environment,
  spec: Spec,
  { container, podUid }: Self,
  log: Log,
): Promise<Pick<World, "publish" | "publishStatus" | "reports">> {
  const folder = stateDirectory(environment);
  if (folder === undefined || environment.spec === undefined) {
    return { publish: () => {}, publishStatus: undefined, reports: undefined };
  }
  const [{ followReports, openPublisher }, { openStatusFile }] = await Promise.all([
    import("./siblings/state_directory.ts"),
    import("./siblings/status_file.ts"),
  ]);
  const complain = (why: string) =>
    log.debug("siblings are not told: the state directory cannot be written", { why });
  const names = namesIn(spec);
  return {
    publish: container === undefined
      ? () => {}
      : openPublisher(folder, container, podUid, complain),
    publishStatus: container === undefined ? undefined : openStatusFile(folder, container),
    reports: names.length === 0
      ? undefined
      : (tell, signal) => followReports(folder, names, podUid, tell, signal),
  };
}

/** Reads the siblings' specs at the first sight of the pod: a manifest's environment never changes. */
export function readSiblingsOnce(): World["siblings"] {
  let known: Siblings | undefined;
  return async (pod) => {
    if (known !== undefined || pod.spec === undefined) return known ?? new Map();
    const { readSiblings } = await import("./sibling_specs.ts");
    return known = readSiblings(pod);
  };
}

/** The containers whose reports matter. */
function namesIn(spec: Spec): readonly string[] {
  return [
    ...spec.startDeps.flatMap((dependency) =>
      dependency.kind === "container" ? [dependency.container] : []
    ),
    ...spec.stopDeps.map(({ container }) => container),
    ...spec.afterExit.flatMap(({ lastOf }) => lastOf),
  ];
}

function readText(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return undefined;
  }
}

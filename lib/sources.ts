import { type Environment, readVariable } from "./environment.ts";
import { KoordinatorError } from "./errors.ts";
import { findIdentity, findOwnContainer } from "./identity.ts";
import { inClusterConfig, serviceAccountPaths } from "./kubernetes/in_cluster.ts";
import type { PodSource } from "./kubernetes/pod_source.ts";
import { tokenClaims } from "./kubernetes/token_claims.ts";
import { keepAlive } from "./linux/socket_calls.ts";
import type { Log } from "./log.ts";
import { asksForRestartPolicy, containersOf } from "./spec/containers.ts";
import type { Spec } from "./spec/spec.ts";
import { stateDirectory } from "./state_directory/path.ts";
import { type PodRun, readBoot, sandboxOf } from "./state_directory/pod_run.ts";
import { whyUnusable } from "./state_directory/folder.ts";
import { followReports } from "./state_directory/follow.ts";
import { readLiving } from "./state_directory/own_report.ts";
import { openPublisher } from "./state_directory/publisher.ts";
import { openStatusFile } from "./state_directory/status_file.ts";
import { relationsOf } from "./supervisor/report.ts";
import type { Ports } from "./ports.ts";

/** Which container of which pod this is, as far as it is known without the API server. */
export interface Self {
  readonly container: string | undefined;
  readonly run: PodRun;
}

/** Finds out from KOORDINATOR_CONTAINER_NAME and the mounts that the kubelet made. */
export function findSelf(environment: Pick<Environment, "containerName">): Self {
  const mountinfo = readText("/proc/self/mountinfo") ?? "";
  const mounted = findOwnContainer(mountinfo);
  return {
    container: environment.containerName ?? mounted?.container,
    run: { pod: mounted?.podUid, sandbox: sandboxOf(mountinfo, readBoot(readText)) },
  };
}

/**
 * The way to follow this pod, if a dependency is judged better with it: the API server is asked unless
 * KOORDINATOR_API is `never`, or there is none to ask. Then the state directory alone decides.
 *
 * @throws {KoordinatorError} exit code 125, if one of the two is needed and there is neither
 */
export function followThisPod(
  environment: Environment,
  spec: Spec,
  self: Self,
  log: Log,
  onBytes: (count: number) => void,
): PodSource | undefined {
  const needed = containersOf(spec).length > 0;
  if (!needed && !asksForRestartPolicy(spec)) return undefined;
  try {
    if (environment.api === "never") throw new KoordinatorError("KOORDINATOR_API is never");
    return openPodSource(environment, log, onBytes);
  } catch (error) {
    if (!(error instanceof KoordinatorError)) throw error;
    if (needed) relyOnStateDirectory(environment, self, error, log);
    else if (environment.restartPolicy === undefined) {
      log.info(
        "setting",
        "afterExit without `on` is `always`: the pod's restart policy is unknown",
        {
          why: error.message,
        },
      );
    }
    return undefined;
  }
}

/** @throws {KoordinatorError} exit code 125, if there is no state directory either */
function relyOnStateDirectory(
  environment: Environment,
  { container }: Self,
  { message, hint }: KoordinatorError,
  log: Log,
): void {
  const path = stateDirectory(environment);
  const fault = path === undefined ? "it has no path" : whyUnusable(path);
  if (path === undefined || fault !== undefined) {
    const why = `${message}, nor from a state directory: ${fault}`;
    throw new KoordinatorError(`nothing can be known of other containers: ${why}`, {
      hint: `${hint ?? "unset KOORDINATOR_API"}; or ${STATE_DIRECTORY_REMEDY}`,
    });
  }
  log.info("apiUnused", `the state directory ${path} alone decides: ${message}`);
  if (container === undefined) {
    log.warning("setting", "the name of this container is unknown: siblings cannot see it", {
      remedy: "set KOORDINATOR_CONTAINER_NAME",
    });
  }
}

/** Whether what siblings write into a state directory can be read. */
export function isReadable(folder: string): boolean {
  return whyUnusable(folder) === undefined;
}

/** Whether there is an API server that could be asked of this pod, by a sibling at least. */
export function isApiThere({ api, root }: Environment): boolean {
  if (api === "never" || !readVariable("KUBERNETES_SERVICE_HOST")?.trim()) return false;
  try {
    return Deno.statSync(serviceAccountPaths(root).token).isFile;
  } catch {
    return false;
  }
}

/** What makes a state directory. */
const STATE_DIRECTORY_REMEDY =
  "mount one emptyDir into all of these containers, and name a folder in it by KOORDINATOR_STATE_DIR";

function openPodSource(
  environment: Environment,
  log: Log,
  onBytes: (count: number) => void,
): PodSource {
  const { root } = environment;
  const config = inClusterConfig(readVariable, root);
  const identity = findIdentity(environment, (path) => readText(`${root}${path}`), () => {
    const token = readText(serviceAccountPaths(root).token);
    return token === undefined ? undefined : tokenClaims(token);
  });
  log.debug("setting", "this pod", { ...identity });
  return async (tell, signal) => {
    // The client is a module of its own (tools/compile/bundle.ts): a command that need not wait is launched
    // before it is loaded.
    const { watchPod } = await import("./kubernetes/watch.ts");
    await watchPod({ config, ...identity, keepAlive, onBytes })(tell, signal);
  };
}

/** The state directory's part of the world. */
export type StateDirectory = Pick<Ports, "publish" | "publishStatus" | "reports"> & {
  /** Where it is; undefined if there is none. */
  readonly folder: string | undefined;
  /** Leaves the lock to the command that this process becomes; it returns what takes it back. */
  readonly bequeath: () => () => void;
};

/**
 * Opens the state directory; a container without a spec has nothing to tell.
 *
 * @param role whether there is an API server as well
 */
export function openSiblings(
  environment: Environment,
  spec: Spec,
  { container, run }: Self,
  role: "alone" | "beside the API server",
  log: Log,
): StateDirectory {
  const folder = stateDirectory(environment);
  const nothingToTell = environment.spec === undefined && environment.readiness === undefined;
  if (folder === undefined || nothingToTell) {
    return {
      folder: undefined,
      publish: () => {},
      bequeath: () => () => {},
      publishStatus: undefined,
      reports: undefined,
    };
  }
  const names = containersOf(spec);
  const listens = names.length > 0 || spec.startDeps.length > 0 || spec.readiness !== undefined;
  // The API server tells the ends of containers, but for those of a pod that is being deleted.
  const isNeeded = spec.stopDeps.length > 0 || spec.readiness !== undefined ||
    role === "alone" && names.length > 0;
  const publisher = container === undefined
    ? undefined
    : openPublisher(folder, container, run, ({ why, taken }) => {
      const level = taken || isNeeded ? "warning" : "debug";
      const remedy = taken ? undefined : STATE_DIRECTORY_REMEDY;
      log[level]("siblingsUntold", `siblings cannot be told of this container: ${why}`, { remedy });
    });
  return {
    folder,
    publish: publisher?.publish ?? (() => {}),
    bequeath: publisher?.bequeath ?? (() => () => {}),
    publishStatus: container === undefined ? undefined : openStatusFile(folder, container),
    reports: listens
      ? (tell, signal) => followReports(folder, names, container, run, tell, signal)
      : undefined,
  };
}

function readText(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return undefined;
  }
}

/**
 * Whether this was started by the container's supervisor, which has the same dependencies: koordinator
 * stands in the image's ENTRYPOINT and in the manifest. Two would both wait and both stop, and the second
 * would take the first one's place in the state directory.
 */
export function isSupervised(
  environment: Environment,
  spec: Spec,
  { container, run }: Self,
): boolean {
  const folder = stateDirectory(environment);
  if (folder === undefined || container === undefined || !isStartedByItsLike()) return false;
  const report = readLiving(folder, container, run)?.report;
  if (report === undefined) return false;
  const { startDeps, stopDeps } = report;
  return JSON.stringify({ startDeps, stopDeps }) === JSON.stringify(relationsOf(spec));
}

function isStartedByItsLike(): boolean {
  const nameOf = (process: number) => Deno.readTextFileSync(`/proc/${process}/comm`);
  try {
    return nameOf(Deno.ppid) === nameOf(Deno.pid);
  } catch {
    return false;
  }
}

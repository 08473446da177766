import { calledPath, copiedTo } from "../manifest/executable.ts";
import { folderIn, mountOf } from "../manifest/mounted.ts";
import { lastOf } from "../manifest/supervision.ts";
import type { ContainerTemplate, Mount, PodTemplate } from "../manifest/workload.ts";
import { BESIDE } from "../state_directory/path.ts";

/** Kinds of volumes that containers can write to, and that no other pod shares. */
const WRITABLE: ReadonlySet<string> = new Set(["emptyDir", "ephemeral"]);

/**
 * Which folder a container's state directory is, as a text that is the same for containers that share
 * it; undefined where it has none that could be shared. What injection adds is there as well.
 */
export function shareOf(pod: PodTemplate, container: ContainerTemplate): string | undefined {
  if (container.supervision.kind === "annotated") return "injected";
  const found = locate(pod, container);
  return found === undefined ? undefined : `${found.mount.volume}:${found.folder}`;
}

/** Whether a container may write to its state directory. */
export function sharesStateDirectory(pod: PodTemplate, container: ContainerTemplate): boolean {
  return container.supervision.kind === "annotated" ||
    locate(pod, container)?.mount.readOnly === false;
}

/** The state directory that a container makes empty, since it brings koordinator into the pod. */
export function emptiedBy(pod: PodTemplate, container: ContainerTemplate): string | undefined {
  const target = copiedTo(pod, container);
  const found = target === undefined ? undefined : find(pod, container, `${target}/${BESIDE}`);
  return found === undefined ? undefined : `${found.mount.volume}:${found.folder}`;
}

function locate(pod: PodTemplate, container: ContainerTemplate): Place | undefined {
  // Of a folder that nobody can tell the best is assumed: that it is shared.
  const path = statePathOf(container) ?? besideExecutable(container);
  return path === undefined ? undefined : find(pod, container, path);
}

interface Place {
  readonly mount: Mount;
  readonly folder: string;
}

function find(pod: PodTemplate, container: ContainerTemplate, path: string): Place | undefined {
  const mount = mountOf(container, path);
  if (mount === undefined) return undefined;
  const source = pod.volumes.find(({ name }) => name === mount.volume)?.source;
  if (source === undefined || !WRITABLE.has(source)) return undefined;
  return { mount, folder: folderIn(mount, path) };
}

/**
 * A container's state directory, as lib/state_directory/path.ts has it; undefined where the manifest does
 * not tell.
 */
export function statePathOf(container: ContainerTemplate): string | undefined {
  const variable = lastOf(container.env, "KOORDINATOR_STATE_DIR");
  const value = variable?.value?.trim();
  if (variable?.from !== undefined && value === undefined) return undefined;
  return value === undefined || value === "" ? besideExecutable(container) : value;
}

/** The folder beside the executable that a container calls. */
export function besideExecutable(container: ContainerTemplate): string | undefined {
  return calledPath(container)?.replace(/[^/]*$/, BESIDE);
}

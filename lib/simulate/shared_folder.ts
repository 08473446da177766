import { calledPath, copiedTo } from "../manifest/executable.ts";
import { folderIn, mountOf } from "../manifest/mounted.ts";
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
  const path = pathOf(container);
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

function pathOf(container: ContainerTemplate): string | undefined {
  const { env } = container;
  const set = env.findLast(({ name }) => name === "KOORDINATOR_STATE_DIR")?.value?.trim();
  if (set !== undefined && set !== "") return set;
  return calledPath(container)?.replace(/[^/]*$/, BESIDE);
}

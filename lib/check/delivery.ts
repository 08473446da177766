import type { ContainerTemplate, Mount, PodTemplate, Volume } from "../manifest/workload.ts";
import { copiedTo } from "../manifest/executable.ts";
import { folderIn, mountOf } from "../manifest/mounted.ts";
import { besideExecutable, statePathOf } from "../simulate/shared_folder.ts";
import type { Wrapped } from "./wrapped.ts";

/** The name of the executable. */
const NAME = "koordinator";

/**
 * Kinds of volumes that nobody can write to, whatever the mount says.
 * https://kubernetes.io/docs/concepts/storage/volumes/
 */
const READ_ONLY: ReadonlySet<string> = new Set([
  "image",
  "configMap",
  "secret",
  "downwardAPI",
  "projected",
]);

/** Kinds of volumes that hold small texts: no executable of 100 MB can be in one. */
const OF_TEXTS: ReadonlySet<string> = new Set(["configMap", "secret", "downwardAPI", "projected"]);

/** The path of the executable that a container is started by; undefined where PATH or a shell finds it. */
export function executableOf({ command = [] }: ContainerTemplate): string | undefined {
  const [first = ""] = command;
  return first.startsWith("/") && first.endsWith(`/${NAME}`) ? first : undefined;
}

/** A pod's volume by its name. */
export function volumeOf({ volumes }: PodTemplate, name: string): Volume | undefined {
  return volumes.find((volume) => volume.name === name);
}

/** Whether a mount can be written to, as far as the manifest tells. */
export function isWritable(pod: PodTemplate, { readOnly, volume }: Mount): boolean {
  return !readOnly && !READ_ONLY.has(volumeOf(pod, volume)?.source ?? "");
}

/** Whether an executable can lie in a mount. */
export function holdsPrograms(pod: PodTemplate, { volume }: Mount): boolean {
  return !OF_TEXTS.has(volumeOf(pod, volume)?.source ?? "");
}

/** Whether koordinator comes to this path from a volume of the pod; else it is in the image. */
export function isDelivered(pod: PodTemplate, path: string): boolean {
  return pod.containers.some((container) =>
    copiedTo(pod, container) !== undefined ||
    executableOf(container) === path && mountOf(container, path) !== undefined
  );
}

/** Where the supervisor of a container tells its siblings of itself, and reads what they tell. */
export type StateDirectory =
  | { readonly kind: "none"; readonly why: string }
  /** `folder`: its path from the root of the volume. */
  | { readonly kind: "on"; readonly volume: string; readonly folder: string }
  /** The manifest does not tell. */
  | { readonly kind: "unknown" };

/** The state directory of a container, as lib/state_directory/path.ts has it. */
export function stateDirectoryOf(
  pod: PodTemplate,
  { container, injected }: Pick<Wrapped, "container" | "injected">,
): StateDirectory {
  if (injected) return { kind: "unknown" };
  const path = statePathOf(container);
  if (path === undefined) return { kind: "unknown" };
  const mount = mountOf(container, path);
  if (mount === undefined) {
    // With the mount that is missing, what is beside the executable is shared.
    const isForgotten = isDelivered(pod, executableOf(container) ?? "") &&
      path === besideExecutable(container);
    return isForgotten ? { kind: "unknown" } : { kind: "none", why: `${path} is in no volume` };
  }
  return isWritable(pod, mount)
    ? { kind: "on", volume: mount.volume, folder: folderIn(mount, path) }
    : { kind: "none", why: `${path} is in ${mount.volume}, which cannot be written to` };
}

/** Whether two containers can see each other by a state directory; in doubt they can. */
export function shareState(pod: PodTemplate, one: Wrapped, other: Wrapped): boolean {
  const [a, b] = [stateDirectoryOf(pod, one), stateDirectoryOf(pod, other)];
  if (a.kind === "none" || b.kind === "none") return false;
  return a.kind === "unknown" || b.kind === "unknown" ||
    a.volume === b.volume && a.folder === b.folder;
}

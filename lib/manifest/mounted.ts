import type { ContainerTemplate, Mount } from "./workload.ts";

/** The mount that a path of a container lies in: the longest one. */
export function mountOf(
  { mounts }: Pick<ContainerTemplate, "mounts">,
  path: string,
): Mount | undefined {
  return mounts.filter(({ at }) => isWithin(path, at))
    .toSorted((a, b) => b.at.length - a.at.length)[0];
}

function isWithin(path: string, folder: string): boolean {
  const prefix = folder.replace(/\/+$/, "");
  return path === prefix || path.startsWith(`${prefix}/`);
}

/** What a path in a mount is in the volume, from its root. */
export function folderIn({ at, subPath = "" }: Mount, path: string): string {
  return `${subPath}/${path.slice(at.length)}`.split("/")
    .filter((part) => part !== "" && part !== ".").join("/");
}

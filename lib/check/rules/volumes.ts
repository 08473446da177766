import { copiedTo } from "../../manifest/executable.ts";
import { mountOf } from "../../manifest/mounted.ts";
import type { ContainerTemplate, PodTemplate, Workload } from "../../manifest/workload.ts";
import { executableOf, holdsPrograms, isDelivered, isWritable, volumeOf } from "../delivery.ts";
import type { Finding, Rule } from "../finding.ts";

/** missing-volume: of any mount, since Kubernetes refuses the pod. */
export const missingVolumes: Rule = ({ kind, pod }) => {
  // Those of a StatefulSet may come from its claims. Pods without koordinator are none of our business.
  if (kind === "StatefulSet") return [];
  if (pod.containers.every(({ supervision }) => supervision.kind === "none")) return [];
  return pod.containers.flatMap(({ name, mounts }) =>
    mounts.filter(({ volume }) => volumeOf(pod, volume) === undefined).map(({ volume, path }) => ({
      rule: "missing-volume",
      severity: "error",
      message: `${name} mounts ${volume}, which is no volume of the pod`,
      hint: `add it to volumes: {"name":"${volume}","emptyDir":{}}`,
      path: [...path, "name"],
    }))
  );
};

/** missing-mount, missing-init-container, not-executable-mount: whether koordinator is where it is called. */
export const executables: Rule = (workload) => {
  const { pod } = workload;
  return pod.containers.flatMap((container): readonly Finding[] => {
    const { kind } = container.supervision;
    const path = executableOf(container);
    if (path === undefined || kind !== "inFront" && kind !== "disabled") return [];
    const mount = mountOf(container, path);
    if (mount === undefined) {
      return isDelivered(pod, path) ? [missingMount(container, path)] : [];
    }
    if (volumeOf(pod, mount.volume)?.source !== "emptyDir") {
      return holdsPrograms(pod, mount) ? [] : [{
        rule: "not-executable-mount",
        severity: "error",
        message: `${path} of ${container.name} is in ${mount.volume}, a ${
          volumeOf(pod, mount.volume)?.source
        }, which holds no programs`,
        hint: "take an emptyDir and an init container, or an image volume",
        path: mount.path,
      }];
    }
    const filling = pod.containers.filter((other) =>
      other.mounts.some(({ volume }) => volume === mount.volume) && isCopying(other)
    );
    if (filling.length === 0) {
      return [{
        rule: "missing-init-container",
        severity: "error",
        message:
          `nothing puts koordinator into ${mount.volume} before ${container.name} is started from it`,
        hint: `add an init container of koordinator's image with args: [${mount.at}]`,
        path: [...container.path, "command"],
      }];
    }
    return filling.some((other) => isBefore(pod, other, container)) ? [] : [{
      rule: "missing-init-container",
      severity: "error",
      message: `${
        filling[0]?.name
      } puts koordinator into ${mount.volume} only after ${container.name}`,
      hint: `make ${filling[0]?.name} the first of the init containers`,
      path: [...container.path, "command"],
    }];
  });
};

/** An init container that is none of ours may copy by its own means. */
function isCopying(container: ContainerTemplate): boolean {
  return container.role === "init" && container.supervision.kind === "none";
}

function isBefore(pod: PodTemplate, one: ContainerTemplate, other: ContainerTemplate): boolean {
  return pod.containers.indexOf(one) < pod.containers.indexOf(other);
}

function missingMount(container: ContainerTemplate, path: string): Finding {
  return {
    rule: "missing-mount",
    severity: "error",
    message: `${container.name} mounts nothing at ${path}, where it is started from`,
    hint: "mount the volume that koordinator is in, as the other containers do",
    path: [...container.path, "command"],
  };
}

/** missing-mount and not-executable-mount, of the init container that copies. */
export const copies: Rule = ({ pod }: Workload) =>
  pod.containers.flatMap((container): readonly Finding[] => {
    const folder = copiedTo(pod, container);
    if (folder === undefined) return [];
    const { name, path } = container;
    const mount = mountOf(container, folder);
    if (mount === undefined) {
      return [{
        rule: "missing-mount",
        severity: "error",
        message:
          `${name} copies koordinator to ${folder}, where it mounts nothing: no other container sees it`,
        hint: `mount an emptyDir there`,
        path: [...path, "args"],
      }];
    }
    if (isWritable(pod, mount)) return [];
    return [{
      rule: "not-executable-mount",
      severity: "error",
      message: `${name} cannot copy koordinator to ${folder}: ${mount.volume} is mounted read-only`,
      hint: "mount an emptyDir there, without readOnly; the others may mount it read-only",
      path: mount.path,
    }];
  });

/**
 * What koordinator takes of a volume, in bytes, and what it may take while it is copied once more beside
 * itself. tests/cli/authoring_test.ts holds the first against the executable.
 */
export const EXECUTABLE_SIZE = 100_000_000;
const TWO_COPIES = 2 * EXECUTABLE_SIZE;

/** volume-too-small: of the volume that koordinator is copied into. */
export const tooSmallVolumes: Rule = ({ pod }) =>
  pod.containers.flatMap((container): readonly Finding[] => {
    const folder = copiedTo(pod, container);
    const mount = folder === undefined ? undefined : mountOf(container, folder);
    const volume = mount === undefined ? undefined : volumeOf(pod, mount.volume);
    const { sizeLimit } = volume ?? {};
    // To the kubelet none is no limit.
    if (volume === undefined || sizeLimit === undefined || sizeLimit <= 0) return [];
    if (sizeLimit >= TWO_COPIES) return [];
    const fits = sizeLimit >= EXECUTABLE_SIZE;
    return [{
      rule: "volume-too-small",
      severity: fits ? "warning" : "error",
      message: fits
        ? `${volume.name} holds koordinator once, and not the copy that ${container.name} makes beside it when it runs again`
        : `koordinator, of 100 MB, does not fit into ${volume.name}: the kubelet evicts the pod`,
      hint: "write sizeLimit: 256Mi, or leave it out",
      path: [...volume.path, "emptyDir", "sizeLimit"],
    }];
  });

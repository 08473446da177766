import { seconds } from "../spec/duration.ts";
import { isObject } from "../spec/shapes.ts";
import { containerTemplate, keyWithValue } from "./container_template.ts";
import { parseQuantity } from "./quantity.ts";
import type { RawJob, RawTemplate } from "./pod_schema.ts";
import type { JobRules, PodTemplate } from "./workload.ts";

/** A pod template with Kubernetes' defaults. */
export function podTemplate({ metadata, spec }: RawTemplate): PodTemplate {
  const annotations = new Map(
    Object.entries(metadata.annotations).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, value] as const]
    ),
  );
  const { activeDeadlineSeconds } = spec;
  return {
    annotations,
    restartPolicy: spec.restartPolicy ?? "Always",
    terminationGracePeriod: seconds(spec.terminationGracePeriodSeconds ?? 30),
    activeDeadline: activeDeadlineSeconds === undefined
      ? undefined
      : seconds(activeDeadlineSeconds),
    serviceAccountName: spec.serviceAccountName ?? spec.serviceAccount,
    automountServiceAccountToken: spec.automountServiceAccountToken,
    shareProcessNamespace: spec.shareProcessNamespace ?? false,
    volumes: spec.volumes.flatMap((volume, index) =>
      volume === undefined ? [] : [{
        name: volume.name,
        source: keyWithValue(volume),
        sizeLimit: sizeLimitOf(volume),
        path: ["spec", "volumes", index],
      }]
    ),
    containers: (["initContainers", "containers"] as const).flatMap((list) =>
      spec[list].flatMap((container, index) =>
        container === undefined
          ? []
          : [containerTemplate(container, list, ["spec", list, index], annotations)]
      )
    ),
  };
}

function sizeLimitOf({ emptyDir }: Readonly<Record<string, unknown>>): number | undefined {
  return isObject(emptyDir) ? parseQuantity(emptyDir.sizeLimit) : undefined;
}

/** The default of `backoffLimit`: https://kubernetes.io/docs/concepts/workloads/controllers/job/ */
const BACKOFF_LIMIT = 6;
/** Its default beside `backoffLimitPerIndex`: Go's MaxInt32. */
const UNLIMITED = 2 ** 31 - 1;

/** What a Job adds, with Kubernetes' defaults. */
export function jobRules(raw: RawJob): JobRules {
  return {
    backoffLimit: raw.backoffLimit ??
      (raw.backoffLimitPerIndex === undefined ? BACKOFF_LIMIT : UNLIMITED),
    activeDeadline: raw.activeDeadlineSeconds === undefined
      ? undefined
      : seconds(raw.activeDeadlineSeconds),
    podFailurePolicy: (raw.podFailurePolicy?.rules ?? []).flatMap((rule) =>
      rule === undefined ? [] : [{
        action: rule.action,
        onExitCodes: rule.onExitCodes === undefined ? undefined : rule.onExitCodes,
      }]
    ),
  };
}

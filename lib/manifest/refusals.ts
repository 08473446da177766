import { CONTAINER_NAME } from "../spec/container_name.ts";
import { quoted } from "../spec/visible.ts";
import type { FieldFault } from "./lenient.ts";
import type { RawTemplate } from "./pod_schema.ts";
import type { Path, WorkloadKind } from "./workload.ts";

/**
 * The restart policies that the API server takes; undefined: any.
 * https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-template
 * https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#pod-template
 */
function policiesOf(kind: WorkloadKind): readonly string[] | undefined {
  switch (kind) {
    case "Job":
    case "CronJob":
      return ["Never", "OnFailure"];
    case "Pod":
    case "PodTemplate":
      return undefined;
    default:
      return ["Always"];
  }
}

/** What the API server refuses of a pod whose fields are all well by themselves. */
export function refusalsOf(kind: WorkloadKind, { spec }: RawTemplate): readonly FieldFault[] {
  return [...policyRefused(kind, spec), ...containersRefused(spec), ...emptyItems(spec)];
}

/** An empty item of a list is one without a name to the API server. */
function emptyItems(
  { volumes, initContainers, containers }: RawTemplate["spec"],
): readonly FieldFault[] {
  const inContainers = Object.entries({ initContainers, containers }).flatMap(([list, all]) =>
    all.flatMap((container, index) =>
      container === undefined ? [] : [
        ...emptyIn(container.env, ["spec", list, index, "env"]),
        ...emptyIn(container.volumeMounts, ["spec", list, index, "volumeMounts"]),
      ]
    )
  );
  return [
    ...emptyIn(volumes, ["spec", "volumes"]),
    ...emptyIn(initContainers, ["spec", "initContainers"]),
    ...emptyIn(containers, ["spec", "containers"]),
    ...inContainers,
  ];
}

function emptyIn(items: readonly unknown[], path: Path): readonly FieldFault[] {
  return items.flatMap((item, index) =>
    item === undefined
      ? [{ message: "nothing stands here", path: [...path, index], hint: "remove the item" }]
      : []
  );
}

function policyRefused(
  kind: WorkloadKind,
  { restartPolicy }: RawTemplate["spec"],
): readonly FieldFault[] {
  const taken = policiesOf(kind);
  if (taken === undefined || taken.includes(restartPolicy ?? "Always")) return [];
  const found = restartPolicy === undefined ? "the default Always" : restartPolicy;
  const message = `a ${kind} takes ${taken.join(" or ")}, and not ${found}`;
  const hint = `write restartPolicy: ${taken[0]}`;
  return [{ message, path: ["spec", "restartPolicy"], hint }];
}

function containersRefused(spec: RawTemplate["spec"]): readonly FieldFault[] {
  const none = spec.containers.length === 0
    ? [{
      message: "a pod has at least one container",
      path: ["spec", "containers"],
      hint: undefined,
    }]
    : [];
  const names = new Set<string>();
  const twice = (["initContainers", "containers"] as const).flatMap((list) =>
    spec[list].flatMap((container, index) => {
      if (container === undefined) return [];
      const { name } = container;
      if (!CONTAINER_NAME.test(name)) {
        const message = `${
          quoted(name)
        } is no name: small letters, digits and -, at most 63 of them`;
        return [{ message, path: ["spec", list, index, "name"], hint: undefined }];
      }
      if (!names.has(name)) {
        names.add(name);
        return [];
      }
      const message = `another container has the name ${quoted(name)} too`;
      return [{ message, path: ["spec", list, index, "name"], hint: undefined }];
    })
  );
  return [...none, ...twice];
}

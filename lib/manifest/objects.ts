import { isObject } from "../spec/shapes.ts";
import type { YamlDocument } from "./documents.ts";
import type { Path, WorkloadKind } from "./workload.ts";

/** An object of Kubernetes as a file holds it, alone or in a list. */
export interface KubernetesObject {
  readonly kind: string;
  /** The group of its apiVersion; the core group is empty. */
  readonly group: string;
  readonly value: Readonly<Record<string, unknown>>;
  /** In the document. */
  readonly path: Path;
  readonly yaml: YamlDocument;
}

/** How deep lists may lie in each other, far beyond what anybody writes. */
const DEEPEST = 8;

/** The objects of a document, those of lists one by one. */
export function objectsIn(yaml: YamlDocument): readonly KubernetesObject[] {
  return collect(yaml.value, [], undefined, 0);

  function collect(
    value: unknown,
    path: Path,
    kindInList: string | undefined,
    depth: number,
  ): readonly KubernetesObject[] {
    if (!isObject(value) || depth > DEEPEST) return [];
    const kind = typeof value.kind === "string" ? value.kind : kindInList;
    if (kind === undefined) return [];
    if (kind.endsWith("List") && Array.isArray(value.items)) {
      const inner = kind === "List" ? undefined : kind.slice(0, -"List".length);
      return value.items.flatMap((item: unknown, index) =>
        collect(item, [...path, "items", index], inner, depth + 1)
      );
    }
    const version = typeof value.apiVersion === "string" ? value.apiVersion : undefined;
    return [{ kind, group: groupOf(version, kind), value, path, yaml }];
  }
}

function groupOf(version: string | undefined, kind: string): string {
  if (version === undefined) return TEMPLATES.get(kind)?.groups[0] ?? "";
  return version.includes("/") ? version.slice(0, version.indexOf("/")) : "";
}

/** Where an object has its pod. */
interface Template {
  readonly kind: WorkloadKind;
  readonly groups: readonly string[];
  readonly path: Path;
  /** Where it has what a Job adds. */
  readonly job?: Path;
}

const APPS = ["apps", "extensions"];
const TEMPLATES: ReadonlyMap<string, Template> = new Map(
  ([
    { kind: "Pod", groups: [""], path: [] },
    { kind: "PodTemplate", groups: [""], path: ["template"] },
    { kind: "ReplicationController", groups: [""], path: ["spec", "template"] },
    { kind: "Job", groups: ["batch"], path: ["spec", "template"], job: ["spec"] },
    {
      kind: "CronJob",
      groups: ["batch"],
      path: ["spec", "jobTemplate", "spec", "template"],
      job: ["spec", "jobTemplate", "spec"],
    },
    { kind: "Deployment", groups: APPS, path: ["spec", "template"] },
    { kind: "StatefulSet", groups: APPS, path: ["spec", "template"] },
    { kind: "DaemonSet", groups: APPS, path: ["spec", "template"] },
    { kind: "ReplicaSet", groups: APPS, path: ["spec", "template"] },
  ] satisfies readonly Template[]).map((template) => [template.kind, template]),
);

/** Where an object has its pod; undefined if it has none that Kubernetes itself knows. */
export function templateIn({ kind, group }: KubernetesObject): Template | undefined {
  const template = TEMPLATES.get(kind);
  return template?.groups.includes(group) ? template : undefined;
}

/** What stands at a path of a value. */
export function valueAt(value: unknown, path: Path): unknown {
  let inner = value;
  for (const key of path) {
    inner = Array.isArray(inner) && typeof key === "number"
      ? inner[key]
      : isObject(inner) && Object.hasOwn(inner, key)
      ? inner[key]
      : undefined;
  }
  return inner;
}

import { isObject } from "../spec/shapes.ts";
import { readDocuments, templateHint } from "./documents.ts";
import { type Fault, faultAt } from "./fault.ts";
import { type FieldFault, readLeniently } from "./lenient.ts";
import { type KubernetesObject, objectsIn, templateIn, valueAt } from "./objects.ts";
import { linesAround, placeOf } from "./places.ts";
import { jobSchema, podTemplateSchema } from "./pod_schema.ts";
import { jobRules, podTemplate } from "./pod_template.ts";
import { joinRbac, type Rbac, rbacOf } from "./rbac.ts";
import { refusalsOf } from "./refusals.ts";
import type { SourceFile } from "./source_file.ts";
import type { Path, Workload } from "./workload.ts";

/** What a file of manifests holds. */
export interface Manifest {
  readonly file: SourceFile;
  /** In the order of the file. */
  readonly workloads: readonly Workload[];
  readonly rbac: Rbac;
  /** What could not be read; the rest is read all the same. */
  readonly faults: readonly Fault[];
  /** The kinds of all objects, those without a pod included. */
  readonly kinds: readonly string[];
  /** The lines on which what holds a value of a pod begins, and its keys: a comment there speaks of it too. */
  readonly linesAround: (workload: Workload, path: Path) => ReadonlySet<number>;
}

/**
 * Reads a file of manifests in YAML or JSON: one or several documents, lists, the output of Helm
 * (whose comment `# Source:` names the file) and of kustomize. Never throws: what cannot be read is a
 * fault, with its place.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { readManifest } from "./manifest.ts";
 *
 * const text = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: main\n";
 * const { workloads } = readManifest({ name: "pod.yaml", text });
 * const [pod] = workloads;
 * assertEquals(pod?.pod.containers.map(({ name }) => name), ["main"]);
 * assertEquals(pod?.locate(["spec", "containers", 0, "name"]).start, { line: 5, column: 13 });
 * ```
 */
export function readManifest(file: SourceFile): Manifest {
  const { documents, faults: syntax } = readDocuments(file);
  const objects = documents.flatMap(objectsIn);
  const read = objects.map(readObject);
  return {
    file,
    workloads: read.flatMap(({ workload }) => workload ?? []),
    rbac: joinRbac(read.flatMap(({ rbac }) => rbac ?? [])),
    faults: [...syntax, ...read.flatMap(({ faults }) => faults)],
    kinds: objects.map(({ kind }) => kind),
    linesAround: (workload, path) => {
      const object = objects[read.findIndex((each) => each.workload === workload)];
      const template = object === undefined ? undefined : templateIn(object);
      if (object === undefined || template === undefined) return new Set();
      const { yaml, path: base } = object;
      return linesAround(yaml, base.length, [...base, ...template.path, ...path]);
    },
  };
}

interface ReadObject {
  readonly workload?: Workload | undefined;
  readonly rbac?: Rbac | undefined;
  readonly faults: readonly Fault[];
}

function readObject(object: KubernetesObject): ReadObject {
  const template = templateIn(object);
  if (template === undefined) {
    const rights = rbacOf(object);
    return rights === undefined
      ? { faults: [] }
      : { rbac: rights.rbac, faults: located(object, [], rights.faults) };
  }
  const pod = readLeniently(podTemplateSchema, valueAt(object.value, template.path) ?? {});
  const job = template.job === undefined
    ? undefined
    : readLeniently(jobSchema, valueAt(object.value, template.job) ?? {});
  // Of a field that could not be read it is not known whether it would be refused.
  const refused = pod.output === undefined || pod.faults.length > 0
    ? []
    : located(object, template.path, refusalsOf(template.kind, pod.output));
  const faults = [
    ...located(object, template.path, pod.faults),
    ...located(object, template.job ?? [], job?.faults ?? []),
    ...refused,
  ];
  if (pod.output === undefined) return { faults };
  const { name, namespace } = metadataOf(object.value);
  return {
    workload: {
      kind: template.kind,
      name,
      namespace,
      pod: podTemplate(pod.output),
      job: job?.output === undefined ? undefined : jobRules(job.output),
      locate: (path, inJson) =>
        placeOf(object.yaml, [...object.path, ...template.path, ...path], inJson),
    },
    faults,
  };
}

/** An object without a name has the begin of one (`generateName`), or none. */
function metadataOf(
  { metadata }: KubernetesObject["value"],
): { readonly name: string; readonly namespace: string | undefined } {
  const { name, generateName, namespace } = isObject(metadata) ? metadata : {};
  const known = [name, generateName].find((each): each is string => typeof each === "string");
  return {
    name: known ?? "(no name)",
    namespace: typeof namespace === "string" ? namespace : undefined,
  };
}

function located(
  object: KubernetesObject,
  base: Path,
  faults: readonly FieldFault[],
): readonly Fault[] {
  return faults.map(({ message, hint, path }) => {
    const range = placeOf(object.yaml, [...object.path, ...base, ...path]);
    const line = object.yaml.file.text.split("\n")[range.start.line - 1] ?? "";
    const what = `${[...base, ...path].join(".")}: ${message}`;
    return faultAt("unreadableField", what, range, hint ?? templateHint(line));
  });
}

import { notInPod } from "../../pod/container.ts";
import { distance } from "../../spec/did_you_mean.ts";
import { quoted } from "../../spec/visible.ts";
import type { Finding, Rule } from "../finding.ts";
import { podOf } from "../supervisors_view.ts";
import { containerOf } from "../wrapped.ts";

/** What stands before the container's name in the annotation that asks for injection. */
const PREFIX = "spec.koordinator";

/** How far a prefix may be from ours to be a misspelt one. */
const CLOSE = 2;

/** unknown-container and near-miss, in the keys of annotations. */
export const annotationKeys: Rule = (workload) =>
  [...workload.pod.annotations.keys()].flatMap((key): readonly Finding[] => {
    const [, prefix = "", name = ""] = /^([^/]*)\/(.*)$/.exec(key) ?? [];
    const path = ["metadata", "annotations", key];
    if (prefix !== PREFIX) return isMisspelt(prefix) ? [misspelt(key, name, path)] : [];
    if (containerOf(workload.pod, name) !== undefined) return [];
    return [{
      rule: "unknown-container",
      severity: "error",
      message: `the annotation ${key} names ${quoted(name)}, which is ${
        notInPod(podOf(workload), name)
      }`,
      path,
    }];
  });

function isMisspelt(prefix: string): boolean {
  return prefix === "koordinator" || distance(prefix, PREFIX) <= CLOSE;
}

function misspelt(key: string, name: string, path: Finding["path"]): Finding {
  return {
    rule: "near-miss",
    severity: "warning",
    message: `the annotation ${key} is not read: did you mean ${PREFIX}/${
      name.replace(/^spec\./, "")
    }?`,
    path,
  };
}

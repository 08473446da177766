import type { Finding, Rule } from "../finding.ts";
import { specTextOf } from "../wrapped.ts";

/** invalid-spec: each fault that the parser tells, where it stands. */
export const invalidSpec: Rule = ({ pod }) =>
  pod.containers.flatMap((container): readonly Finding[] => {
    const text = specTextOf(container);
    if (text?.kind !== "invalid") return [];
    return text.faults.map((fault) => ({
      rule: "invalid-spec",
      severity: "error",
      message: `the spec of ${container.name} is not valid: ${fault.message}`,
      path: text.source.path,
      ...text.hint === undefined ? {} : { hint: text.hint },
      inJson: fault,
    }));
  });

/**
 * unseen-spec: what cannot be judged is said, lest silence be taken for a verdict. Where a whole ConfigMap
 * or Secret is brought in, a spec is not likely to be among it.
 */
export const unseenSpec: Rule = ({ pod }) =>
  pod.containers.flatMap((container): readonly Finding[] => {
    const text = specTextOf(container);
    if (text?.kind !== "unseen") return [];
    const { from, source: { name, path } } = text;
    const isLikely = path.at(-1) !== "envFrom";
    return [{
      rule: "unseen-spec",
      severity: isLikely ? "warning" : "note",
      message: isLikely
        ? `the spec of ${container.name} comes from ${from}, where it cannot be judged`
        : `a spec of ${container.name} may come from its envFrom (${from}), where it cannot be judged`,
      hint: isLikely
        ? `write it into the manifest as the value of ${name}`
        : `if there is none, set ${name} to '{}'`,
      path,
    }];
  });

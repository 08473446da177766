import type { Finding, Rule } from "../finding.ts";
import { dependenciesOf } from "../dependencies.ts";
import { allWrapped, specTextOf } from "../wrapped.ts";

/** not-in-front, and no-command where the image's own command may be koordinator or not. */
export const commands: Rule = ({ pod }) =>
  pod.containers.flatMap((container): readonly Finding[] => {
    const { name, command, supervision, path } = container;
    if (supervision.kind === "annotated" && command === undefined) {
      return [{
        rule: "no-command",
        severity: "error",
        message: `${name} has no command, so that koordinator cannot be put in front of it`,
        hint: "write the image's ENTRYPOINT as its command",
        path,
      }];
    }
    if (supervision.kind !== "notInFront") return [];
    if (command === undefined) {
      return [{
        rule: "no-command",
        severity: "warning",
        message:
          `${name} has a spec and no command: it counts only if the image's ENTRYPOINT is koordinator`,
        hint: "write the command, with koordinator in front: [/koordinator/koordinator, COMMAND]",
        path,
      }];
    }
    return [{
      rule: "not-in-front",
      severity: "error",
      message: `${name} has a spec and its command is not koordinator: nobody reads the spec`,
      hint: "write /koordinator/koordinator before its command",
      path: [...path, "command"],
    }];
  });

/** no-spec: koordinator is there, is asked for nothing, and nobody in the pod depends on its container. */
export const noSpec: Rule = ({ pod }) => {
  const named = new Set(
    allWrapped(pod).flatMap((wrapped) => dependenciesOf(wrapped).map(({ container }) => container)),
  );
  // A spec that cannot be read may name anybody.
  const isKnown = pod.containers.every((container) =>
    ["absent", "valid", undefined].includes(specTextOf(container)?.kind)
  );
  if (!isKnown) return [];
  return allWrapped(pod)
    .filter(({ source, container }) => source === undefined && !named.has(container.name))
    .map(({ container: { name, path } }) => ({
      rule: "no-spec",
      severity: "warning",
      message: `koordinator stands in front of ${name}, which has no spec: nothing is done there`,
      hint: "set KOORDINATOR_SPEC; '{}' says that this is meant",
      path,
    }));
};

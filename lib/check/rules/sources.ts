import type { Workload } from "../../manifest/workload.ts";
import { type ApiAccess, apiAccessOf } from "../api_access.ts";
import { shareState, stateDirectoryOf } from "../delivery.ts";
import { dependenciesOf, type Dependency } from "../dependencies.ts";
import type { Finding, Rule } from "../finding.ts";
import { readinessOf } from "../readiness_source.ts";
import { allWrapped, containerOf, type Wrapped, wrappedOf } from "../wrapped.ts";

/**
 * no-rights, no-state-directory, no-spec: whether the supervisor of each container can learn of those that
 * it depends on, by the API server or by the state directory.
 */
export const sources: Rule = (workload, surroundings) =>
  allWrapped(workload.pod).flatMap((wrapped): readonly Finding[] => {
    const access = apiAccessOf(workload, surroundings, wrapped.container);
    const [first] = dependenciesOf(wrapped).flatMap((dependency) =>
      judge(workload, wrapped, dependency, access) ?? []
    );
    // The first one explains the others.
    return first === undefined ? [] : [first];
  });

/** How the supervisor of one container can know of another. */
type Sight = "shared" | "noSpec" | "apart" | "bare";

function judge(
  workload: Workload,
  wrapped: Wrapped,
  dependency: Dependency,
  access: ApiAccess,
): Finding | undefined {
  const on = containerOf(workload.pod, dependency.container);
  if (on === undefined || on === wrapped.container || on.supervision.kind === "disabled") {
    return undefined;
  }
  const sight = sightOf(workload, wrapped, on);
  if (sight === undefined) return undefined;
  const isProbed = dependency.kind === "start" && dependency.until === "ready" &&
    readinessOf(on) === "probe";
  const needsApi = sight !== "shared" || isProbed && wrappedOf(on)?.injected !== true;
  const { name } = wrapped.container;
  if (access.kind === "yes" || !needsApi) {
    return dependency.kind === "stop" && sight === "apart"
      ? noOrder(workload, wrapped, dependency)
      : undefined;
  }
  const seen = isProbed && sight === "shared"
    ? `only the API server tells when ${on.name} is ready, by its readiness probe`
    : `only the API server tells of ${on.name}`;
  if (access.kind === "unknown") {
    return {
      rule: "no-rights",
      severity: "warning",
      message: `${seen}, and no file here lets the service account ${access.account} ask it`,
      hint: "check the Role and its binding together with the pod, or do without: " +
        remedyOf(sight, wrapped, on.name),
      ...dependency.at,
    };
  }
  if (access.missing === "rights") {
    return {
      rule: "no-rights",
      severity: "error",
      message: `${seen}, and ${access.why}`,
      hint: `bind a Role with list and watch of pods to it, or do without: ${
        remedyOf(sight, wrapped, on.name)
      }`,
      ...dependency.at,
    };
  }
  switch (sight) {
    case "shared":
      // The rule on readiness says it.
      return undefined;
    case "bare":
      return {
        rule: "no-rights",
        severity: "error",
        message: `${name} can never see ${on.name}: it is not under koordinator, and ${access.why}`,
        hint: `${remedyOf(sight, wrapped, on.name)}, or wait for its port: {"tcp":"PORT"}`,
        ...dependency.at,
      };
    case "noSpec":
      return {
        rule: "no-spec",
        severity: "error",
        message:
          `${name} can never see ${on.name}: it has no spec and so tells nothing of itself, and ${access.why}`,
        hint: remedyOf(sight, wrapped, on.name),
        ...dependency.at,
      };
    case "apart":
      return {
        rule: "no-state-directory",
        severity: "error",
        message:
          `${name} can never see ${on.name}: they share no folder that both can write to, and ${access.why}`,
        hint: SHARE,
        ...dependency.at,
      };
  }
}

const SHARE =
  "mount one emptyDir into both, and name a folder in it by KOORDINATOR_STATE_DIR in both";

function remedyOf(sight: Sight, { injected }: Wrapped, on: string): string {
  switch (sight) {
    case "shared":
      return `write the key readiness into the spec of ${on}`;
    case "noSpec":
      return `give ${on} a spec, '{}' will do`;
    case "bare":
      return injected
        ? `annotate it, too: spec.koordinator/${on}: '{}'`
        : `put koordinator in front of the command of ${on}, with a spec, '{}' will do`;
    case "apart":
      return SHARE;
  }
}

/** undefined where nobody can tell. */
function sightOf(
  { pod }: Workload,
  wrapped: Wrapped,
  on: Wrapped["container"],
): Sight | undefined {
  // That it is not in front is told; with that mended it is seen.
  if (on.supervision.kind === "notInFront") return undefined;
  if (on.supervision.kind === "none") {
    // A plain init container has ended before this one is started.
    return on.role === "init" ? undefined : "bare";
  }
  const other = wrappedOf(on);
  if (other === undefined) return undefined;
  if (other.source === undefined && !other.injected) return "noSpec";
  return shareState(pod, wrapped, other) ? "shared" : "apart";
}

/** While a pod is being deleted the API server does not tell who has ended. */
function noOrder(
  { pod }: Workload,
  wrapped: Wrapped,
  { container, at }: Dependency,
): Finding {
  const own = stateDirectoryOf(pod, wrapped);
  const why = own.kind === "none" ? own.why : "they share no folder that both can write to";
  return {
    rule: "no-state-directory",
    severity: "warning",
    message:
      `when the pod is deleted, ${wrapped.container.name} is not stopped after ${container}: ${why}`,
    hint: SHARE,
    ...at,
  };
}

import { notInPod } from "../../pod/container.ts";
import { closest } from "../../spec/did_you_mean.ts";
import type { Workload } from "../../manifest/workload.ts";
import { dependenciesOf, type Dependency } from "../dependencies.ts";
import type { Finding, Rule } from "../finding.ts";
import { podOf } from "../supervisors_view.ts";
import { allWrapped, containerOf, type Wrapped } from "../wrapped.ts";

/**
 * Containers that meshes and agents add to a pod after it was applied, so that no manifest has them.
 * https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/
 * https://linkerd.io/2/features/proxy-injection/
 * https://developer.hashicorp.com/vault/docs/platform/k8s/injector
 * https://docs.dapr.io/concepts/dapr-services/sidecar/
 */
const INJECTED: ReadonlySet<string> = new Set([
  "istio-proxy",
  "linkerd-proxy",
  "vault-agent",
  "daprd",
  "consul-dataplane",
  "kuma-sidecar",
  "opentelemetry-auto-instrumentation",
]);

/** unknown-container, and near-miss where an optional name is close to one that is there. */
export const unknownContainers: Rule = (workload) =>
  allWrapped(workload.pod).flatMap((wrapped) =>
    dependenciesOf(wrapped)
      .filter(({ container }) => containerOf(workload.pod, container) === undefined)
      .flatMap((dependency) => judge(workload, dependency))
  );

function judge(workload: Workload, dependency: Dependency): readonly Finding[] {
  const { container, called, at } = dependency;
  if (dependency.kind === "start" && dependency.optional) return nearMiss(workload, dependency);
  const isInjected = INJECTED.has(container);
  const message = `${called} ${container} is ${notInPod(podOf(workload), container)}`;
  if (!isInjected) return [{ rule: "unknown-container", severity: "error", message, ...at }];
  return [{
    rule: "unknown-container",
    severity: "warning",
    message,
    hint: dependency.kind === "start"
      ? `if it is injected, write {"container":"${container}","optional":true}`
      : "an injected container is told to quit by a call in afterExit of the container that needs it",
    ...at,
  }];
}

function nearMiss({ pod }: Workload, { container, at }: Dependency): readonly Finding[] {
  const meant = closest(container, pod.containers.map(({ name }) => name));
  if (meant === undefined) return [];
  return [{
    rule: "near-miss",
    severity: "warning",
    message: `the optional start dependency ${container} is not in the pod: did you mean ${meant}?`,
    ...at,
  }];
}

/** self-dependency. */
export const selfDependencies: Rule = ({ pod }) => allWrapped(pod).flatMap(onItself);

function onItself(wrapped: Wrapped): readonly Finding[] {
  const { name } = wrapped.container;
  return dependenciesOf(wrapped).filter(({ container }) => container === name).map((
    { kind, called, at },
  ) => ({
    rule: "self-dependency",
    severity: "error",
    message: `${called} ${name} is this container itself: ${
      kind === "start"
        ? "koordinator ends with 121"
        : kind === "stop"
        ? "koordinator ends with 125"
        : "the call is never made"
    }`,
    ...at,
  }));
}

import type { ContainerTemplate, PodTemplate, Workload } from "../manifest/workload.ts";
import type { ContainerSpec, Pod } from "../pod/pod.ts";
import { nothingObserved, type Observations } from "../supervisor/observations.ts";
import { allWrapped } from "./wrapped.ts";

/** The pod of a workload before anything has happened in it, as the API server will show it. */
export function podOf({ name, pod }: Workload): Pod {
  const ofRole = (isInit: boolean) =>
    pod.containers.filter(({ role }) => (role !== "main") === isInit).map(containerSpecOf);
  return {
    metadata: { name },
    spec: {
      restartPolicy: pod.restartPolicy,
      terminationGracePeriodSeconds: pod.terminationGracePeriod / 1000,
      initContainers: ofRole(true),
      containers: ofRole(false),
    },
  };
}

/** What the supervisor of a container knows once it has seen the pod's manifest, and no more. */
export function viewOf(workload: Workload, self: string): Observations {
  const sources = {
    api: true,
    stateDirectory: undefined,
    isReadable: false,
    alone: false,
    restartPolicy: undefined,
  };
  return {
    ...nothingObserved({ self, sources }),
    pod: podOf(workload),
    siblings: siblingsOf(workload.pod),
  };
}

function siblingsOf(pod: PodTemplate): Observations["siblings"] {
  return new Map(
    allWrapped(pod).flatMap(({ container, spec, source }) =>
      source === undefined ? [] : [[container.name, spec] as const]
    ),
  );
}

function containerSpecOf(container: ContainerTemplate): ContainerSpec {
  const { name, restartPolicy, restartPolicyRules, readinessProbe, startupProbe } = container;
  return { name, restartPolicy, restartPolicyRules, readinessProbe, startupProbe };
}

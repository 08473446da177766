import type { ContainerStatus, Pod } from "../../lib/supervisor/pod.ts";
import type { ExampleContainer } from "./example.ts";

/** The example's pod as the API server has it right after its containers were started. */
export function examplePod(containers: readonly ExampleContainer[]): Pod {
  return {
    metadata: { name: "example-demo", uid: "5d0c9b1e-0000-4000-8000-000000000001" },
    spec: {
      restartPolicy: "Never",
      containers: containers.map(({ name, spec }) => ({
        name,
        env: [{ name: "KOOORDINATOR_SPEC", value: spec }],
        ...(name === "cloud-sql-proxy" ? { readinessProbe: { httpGet: {} } } : {}),
      })),
    },
    status: {
      phase: "Running",
      containerStatuses: containers.map(({ name }) => ({
        name,
        // without a readiness probe, what runs is ready
        ready: name !== "cloud-sql-proxy",
        started: true,
        restartCount: 0,
        state: { running: { startedAt: new Date().toISOString() } },
      })),
    },
  };
}

/** The pod with one container's status changed, and its phase as the kubelet computes it. */
export function withStatus(pod: Pod, name: string, change: Partial<ContainerStatus>): Pod {
  const statuses = (pod.status?.containerStatuses ?? []).map((status) =>
    status.name === name ? { ...status, ...change } : status
  );
  const ends = statuses.map(({ state }) => state?.terminated?.exitCode);
  const phase = ends.includes(undefined)
    ? "Running"
    : ends.every((code) => code === 0)
    ? "Succeeded"
    : "Failed";
  return { ...pod, status: { ...pod.status, phase, containerStatuses: statuses } };
}

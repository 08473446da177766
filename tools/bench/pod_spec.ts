/** What the pods of all contenders have in common. */
import type { Contender } from "./figure.ts";
import { BENCH_IMAGES } from "./images.ts";

/** What the two containers run. */
export interface Programs {
  /** Serves HTTP on {@linkcode PORT}, and is to stop once main has ended. */
  readonly proxy: readonly string[];
  /** Is to start once proxy is ready. */
  readonly main: readonly string[];
}

/** One who takes part in pods. */
export interface PodContender extends Contender {
  /** Whether it knows an order at all; who does not never completes the Job. */
  readonly orders: boolean;
  /** What the kernel calls its processes; none where nothing stays beside a command. */
  readonly supervisor?: string;
  /** The pod's spec. */
  pod(programs: Programs): unknown;
}

/** Where proxy answers. */
export const PORT = 9090;
/** As often as the kubelet can ask. */
export const KUBELET_PROBE = {
  httpGet: { port: PORT, path: "/readiness" },
  periodSeconds: 1,
  failureThreshold: 120,
};

interface Container {
  readonly name: string;
  readonly [key: string]: unknown;
}

interface PodParts {
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes?: readonly unknown[];
  readonly token?: boolean;
}

/** The spec of a pod that is never started again, of images that are there. */
export function podSpec(
  { containers, initContainers = [], volumes = [], token = false }: PodParts,
) {
  const local = (container: Container) => ({
    image: BENCH_IMAGES.programs,
    imagePullPolicy: "Never",
    ...container,
  });
  return {
    automountServiceAccountToken: token,
    restartPolicy: "Never",
    volumes,
    initContainers: initContainers.map(local),
    containers: containers.map(local),
  };
}

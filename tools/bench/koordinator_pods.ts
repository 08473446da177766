/** Our ways into a pod, and its order. */
import { BENCH_IMAGES } from "./images.ts";
import { KUBELET_PROBE, type PodContender, podSpec, PORT } from "./pod_spec.ts";

const READINESS = { http: { port: PORT, path: "/readiness" } };

/** Our variants: how the executable comes into the pod, and whom it asks. */
export interface Variant {
  readonly name: string;
  /** In an emptyDir, copied; or a volume of the image, with an emptyDir for reports or without. */
  readonly delivery: "copied" | "image volume" | "image volume alone";
  /** Whether the API server is asked, and the kubelet's probe tells of readiness. */
  readonly rights: boolean;
  /** Whether proxy is stopped at all. @default {true} */
  readonly stops?: boolean;
}

export const OURS: readonly Variant[] = [
  { name: "koordinator", delivery: "copied", rights: false },
  { name: "koordinator, image volume", delivery: "image volume", rights: false },
  { name: "koordinator, with rights", delivery: "copied", rights: true },
  { name: "koordinator, API alone", delivery: "image volume alone", rights: true },
];
/** Its pods have no order of stops; a Job of them would not complete. */
export const UNORDERED: Variant = {
  ...{ name: "koordinator, no order of stops", delivery: "copied", rights: false, stops: false },
};

/** The pods of a variant. */
export function koordinator({ name, delivery, rights, stops = true }: Variant): PodContender {
  const volume = { name: "koordinator", mountPath: "/koordinator" };
  const state = { name: "state", mountPath: "/run/koordinator" };
  const copied = delivery === "copied";
  const mounts = [
    copied ? volume : { ...volume, subPath: "bin" },
    ...delivery === "image volume" ? [state] : [],
  ];
  const image = { reference: BENCH_IMAGES.koordinator, pullPolicy: "Never" };
  const env = (spec: unknown) => [
    { name: "KOORDINATOR_SPEC", value: JSON.stringify(spec) },
    { name: "KOORDINATOR_RESTART_POLICY", value: "Never" },
    ...delivery === "image volume"
      ? [{ name: "KOORDINATOR_STATE_DIR", value: `${state.mountPath}/state` }]
      : [],
  ];
  const container = (name: string, command: readonly string[], spec: unknown) => ({
    name,
    command: ["/koordinator/koordinator", ...command],
    env: env(spec),
    volumeMounts: mounts,
  });
  const proxySpec = {
    ...stops ? { stopDeps: ["main"] } : {},
    ...rights ? {} : { readiness: READINESS },
  };
  return {
    ...{ name, ours: true, orders: stops, supervisor: "koordinator" },
    pod: ({ proxy, main }) =>
      podSpec({
        token: rights,
        volumes: [
          { name: volume.name, ...copied ? { emptyDir: {} } : { image } },
          ...delivery === "image volume" ? [{ name: state.name, emptyDir: {} }] : [],
        ],
        initContainers: copied
          ? [{
            name: "koordinator",
            image: BENCH_IMAGES.koordinator,
            args: ["/koordinator"],
            volumeMounts: [volume],
          }]
          : [],
        containers: [
          {
            ...container("proxy", proxy, proxySpec),
            ...rights ? { readinessProbe: KUBELET_PROBE } : {},
          },
          container("main", main, { startDeps: ["proxy"] }),
        ],
      }),
  };
}

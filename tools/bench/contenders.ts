/** Who is measured, as the pods that they make of the same two programs. */
import { basename } from "node:path";
import { koordinator, OURS, UNORDERED } from "./koordinator_pods.ts";
import { type Peer, peerPath } from "./peers.ts";
import { KUBELET_PROBE, type PodContender, podSpec } from "./pod_spec.ts";

/** The same words before each command. */
function prefixed(name: string, prefix: readonly string[]): PodContender {
  return {
    ...{ name, ours: false, orders: false },
    pod: ({ proxy, main }) =>
      podSpec({
        containers: [
          { name: "proxy", command: [...prefix, ...proxy] },
          { name: "main", command: [...prefix, ...main] },
        ],
      }),
  };
}

const NATIVE: PodContender = {
  ...{ name: "native sidecar", ours: false, orders: true },
  pod: ({ proxy, main }) =>
    podSpec({
      initContainers: [
        { name: "proxy", command: proxy, restartPolicy: "Always", startupProbe: KUBELET_PROBE },
      ],
      containers: [{ name: "main", command: main }],
    }),
};

function given(peer: Peer): PodContender {
  const { folder } = peer;
  const command = [peerPath(peer), ...peer.args];
  const env = (variables: Peer["main"]) =>
    Object.entries(variables).map(([name, value]) =>
      typeof value === "string"
        ? { name, value }
        : { name, valueFrom: { fieldRef: { fieldPath: value.fieldRef } } }
    );
  const volumeMounts = folder === undefined ? [] : [{ name: "shared", mountPath: folder }];
  return {
    ...{ name: peer.name, ours: false, orders: true },
    // TASK_COMM_LEN of the kernel, less the zero
    supervisor: basename(peer.program).slice(0, 15),
    pod: ({ proxy, main }) =>
      podSpec({
        token: peer.rights,
        volumes: folder === undefined ? [] : [{ name: "shared", emptyDir: {} }],
        containers: [
          {
            name: "proxy",
            command: [...command, ...proxy],
            env: env(peer.proxy),
            readinessProbe: KUBELET_PROBE,
            volumeMounts,
          },
          { name: "main", command: [...command, ...main], env: env(peer.main), volumeMounts },
        ],
      }),
  };
}

/**
 * All that take part: nothing in front, the inits that are there, native sidecars, the given ones and
 * ours.
 * @param lacksImageVolumes leaves out what needs them
 * @param lacksNativeSidecars leaves them out
 */
export function podContenders(
  inits: ReadonlyMap<string, string>,
  peers: readonly Peer[],
  lacks: { readonly imageVolumes: boolean; readonly nativeSidecars: boolean },
): readonly PodContender[] {
  return [
    prefixed("nothing", []),
    ...[...inits].map(([name, program]) => prefixed(name, [program, "--"])),
    ...lacks.nativeSidecars ? [] : [NATIVE],
    ...peers.map(given),
    ...OURS.filter(({ delivery }) => delivery === "copied" || !lacks.imageVolumes)
      .map(koordinator),
  ];
}

/** Whose deletion differs: all but ours that are the same but for their start, and one without an order. */
export function deletionContenders(contenders: readonly PodContender[]): readonly PodContender[] {
  const same = OURS.filter(({ name }) => name !== "koordinator" && !name.endsWith("API alone"));
  return [
    ...contenders.filter(({ name }) => !same.some((variant) => variant.name === name)),
    koordinator(UNORDERED),
  ];
}

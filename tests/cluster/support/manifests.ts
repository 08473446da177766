/** The manifests that the tests apply. */
import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { IMAGES } from "../../../tools/e2e/images.ts";
export { ROLE } from "../../../tools/e2e/role.ts";
import type { Namespace } from "./cluster.ts";

const Container = v.looseObject({
  name: v.string(),
  image: v.string(),
  args: v.optional(v.array(v.string())),
  env: v.optional(v.array(v.looseObject({ name: v.string(), value: v.optional(v.string()) }))),
});
const PodSpec = v.looseObject({
  containers: v.array(Container),
  initContainers: v.optional(v.array(Container), []),
  volumes: v.optional(v.array(v.looseObject({ image: v.optional(v.unknown()) })), []),
});
const Job = v.looseObject({
  kind: v.literal("Job"),
  spec: v.looseObject({ template: v.looseObject({ spec: PodSpec }) }),
});
const Template = v.looseObject({
  kind: v.picklist(["Job", "Deployment"]),
  spec: v.looseObject({ template: v.looseObject({ spec: PodSpec }) }),
});
const Pod = v.looseObject({ kind: v.literal("Pod"), spec: PodSpec });
const AnyObject = v.looseObject({ kind: v.string() });
/** kubectl makes a list of several objects, and none of one. */
const Objects = v.union([
  v.pipe(v.object({ items: v.array(AnyObject) }), v.transform(({ items }) => items)),
  v.pipe(AnyObject, v.transform((object) => [object])),
]);

/** A container of the example. */
export type ExampleContainer = v.InferOutput<typeof Container>;
/** The pod of the example. */
export type ExamplePod = v.InferOutput<typeof PodSpec>;

/** An object with its pod, or the pod of its template, changed; unchanged where it has none. */
function withPod(object: unknown, change: (pod: ExamplePod) => ExamplePod): unknown {
  if (v.is(v.looseObject({ kind: Template.entries.kind }), object)) {
    const { spec, ...rest } = v.parse(Template, object);
    const pod = change(spec.template.spec);
    return { ...rest, spec: { ...spec, template: { ...spec.template, spec: pod } } };
  }
  if (!v.is(v.looseObject({ kind: Pod.entries.kind }), object)) return object;
  const pod = v.parse(Pod, object);
  return { ...pod, spec: change(pod.spec) };
}

/** What makes the real proxy listen and be ready with no credentials and no network. */
export const OFFLINE_PROXY_ARGS = [
  "--token=x",
  "--lazy-refresh",
  "--sqladmin-api-endpoint=http://127.0.0.1:1",
  "--health-check",
  "--http-port=9090",
  "--http-address=0.0.0.0",
  "proj:region:inst?port=5432",
];

/**
 * The objects of an example as they are, but for the images, their pull policy and the proxy's
 * arguments, which an offline cluster needs.
 * @param change a last change of a container; none by default
 * @param name the file in examples/
 * @param inject what else becomes of a pod, as an injector does it; nothing by default
 */
export async function example(
  namespace: Namespace,
  change: (container: ExampleContainer) => ExampleContainer = (container) => container,
  name = "job.yaml",
  inject: (pod: ExamplePod) => ExamplePod = (pod) => pod,
): Promise<unknown[]> {
  const listed = await namespace.kubectl([
    "apply",
    "--dry-run=client",
    "-o",
    "json",
    "-f",
    examplePath(name),
  ]);
  return v.parse(Objects, JSON.parse(listed)).map((object) =>
    withPod(object, (pod) => {
      const containers = pod.containers.map((container) => change(offline(container)));
      const initContainers = pod.initContainers.map(offline);
      const volumes = pod.volumes.map((volume) =>
        volume.image === undefined ? volume : { ...volume, image: IMAGE_VOLUME }
      );
      return inject({ ...pod, containers, initContainers, volumes });
    })
  );
}

/** Where an example lies. */
export function examplePath(name: string): string {
  return fileURLToPath(new URL(`../../../examples/${name}`, import.meta.url));
}

/** koordinator's image as a volume. */
const IMAGE_VOLUME = { reference: IMAGES.koordinator, pullPolicy: "Never" } as const;

function offline(container: ExampleContainer): ExampleContainer {
  const local = { ...container, imagePullPolicy: "Never" };
  if (container.image === "app:latest") return { ...local, image: IMAGES.copied };
  switch (container.name) {
    case "koordinator":
      return { ...local, image: IMAGES.koordinator };
    case "cloud-sql-proxy":
      return { ...local, image: IMAGES.cloudSqlProxy, args: OFFLINE_PROXY_ARGS };
    default:
      return { ...local, image: IMAGES.busybox };
  }
}

/** A container of {@linkcode pod}. */
export interface SupervisedContainer {
  readonly name: string;
  /** @default {IMAGES.busybox} */
  readonly image?: string;
  /** What koordinator is to supervise. */
  readonly command: readonly string[];
  /** Its KOORDINATOR_SPEC; none by default. */
  readonly spec?: unknown;
  /** A TCP port that accepts connections when the container is ready; no readiness probe by default. */
  readonly readyPort?: number;
  /** Memory limit; none by default. */
  readonly memory?: string;
  /** Whether koordinator stands before the command. @default {true} */
  readonly wrapped?: boolean;
  /** Other keys of the container. */
  readonly more?: Readonly<Record<string, unknown>>;
}

/** Options of {@linkcode pod}. */
export interface PodOptions {
  /** Whether the pod's name and namespace are mounted at /etc/podinfo. @default {true} */
  readonly podinfo?: boolean;
  /** A security context for every container. */
  readonly securityContext?: unknown;
  /** @default {"Never"} */
  readonly restartPolicy?: "Never" | "OnFailure" | "Always";
  /** Native sidecars, started before all others. */
  readonly sidecars?: readonly SupervisedContainer[];
  /** @default {30} */
  readonly graceSeconds?: number;
  /**
   * How the executable comes into the pod: copied into an emptyDir by an init container, or as a volume
   * of its image, alone or with an emptyDir for the state directory. @default {"copied"}
   */
  readonly delivery?: "copied" | "imageVolume" | "imageVolumeAndState";
  /** Whether the containers get a token to ask the API server with. @default {true} */
  readonly token?: boolean;
  /** Whether the containers' users are those of the node. @default {true} */
  readonly hostUsers?: boolean;
}

/** A pod all of whose containers are supervised, never restarted unless told. */
export function pod(
  name: string,
  containers: readonly SupervisedContainer[],
  options: PodOptions = {},
): unknown {
  const podinfo = options.podinfo ?? true;
  const field = (path: string) => ({ path, fieldRef: { fieldPath: `metadata.${path}` } });
  const local = {
    imagePullPolicy: "Never",
    ...(options.securityContext === undefined ? {} : { securityContext: options.securityContext }),
  };
  const { executable, volumes, state, copies } = delivered(options.delivery ?? "copied");
  const mounts = [
    executable,
    ...state.mounts,
    ...(podinfo ? [{ name: "podinfo", mountPath: "/etc/podinfo" }] : []),
  ];
  const supervised = (container: SupervisedContainer) => ({
    ...local,
    name: container.name,
    image: container.image ?? IMAGES.busybox,
    command: container.wrapped ?? true
      ? ["/koordinator/koordinator", ...container.command]
      : container.command,
    env: [
      ...state.env,
      ...(container.spec === undefined
        ? []
        : [{ name: "KOORDINATOR_SPEC", value: JSON.stringify(container.spec) }]),
    ],
    volumeMounts: mounts,
    ...(container.readyPort === undefined
      ? {}
      : { readinessProbe: { tcpSocket: { port: container.readyPort }, periodSeconds: 1 } }),
    ...(container.memory === undefined
      ? {}
      : { resources: { limits: { memory: container.memory } } }),
    ...container.more,
  });
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name },
    spec: {
      automountServiceAccountToken: options.token ?? true,
      ...(options.hostUsers === undefined ? {} : { hostUsers: options.hostUsers }),
      restartPolicy: options.restartPolicy ?? "Never",
      terminationGracePeriodSeconds: options.graceSeconds ?? 30,
      volumes: [
        ...volumes,
        ...(podinfo
          ? [{ name: "podinfo", downwardAPI: { items: [field("name"), field("namespace")] } }]
          : []),
      ],
      initContainers: [
        ...copies.map((copy) => ({ ...local, ...copy })),
        ...(options.sidecars ?? []).map((sidecar) => ({
          ...supervised(sidecar),
          restartPolicy: "Always",
        })),
      ],
      containers: containers.map(supervised),
    },
  };
}

/** The parts of a pod that bring the executable to /koordinator/koordinator. */
function delivered(delivery: NonNullable<PodOptions["delivery"]>) {
  const name = "koordinator";
  const executable = { name, mountPath: "/koordinator" };
  if (delivery === "copied") {
    const image = IMAGES.koordinator;
    return {
      executable,
      volumes: [{ name, emptyDir: {} }],
      state: { mounts: [], env: [] },
      copies: [{ name, image, args: ["/koordinator"], volumeMounts: [executable] }],
    };
  }
  const withState = delivery === "imageVolumeAndState";
  const state = { name: "state", mountPath: "/run/koordinator" };
  return {
    executable: { ...executable, subPath: "bin" },
    volumes: [
      { name, image: IMAGE_VOLUME },
      ...(withState ? [{ name: state.name, emptyDir: {} }] : []),
    ],
    state: {
      mounts: withState ? [state] : [],
      env: withState ? [{ name: "KOORDINATOR_STATE_DIR", value: `${state.mountPath}/state` }] : [],
    },
    copies: [],
  };
}

/** A security context as restricted as Kubernetes can make one. */
export const RESTRICTED = {
  runAsNonRoot: true,
  runAsUser: 65532,
  readOnlyRootFilesystem: true,
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  seccompProfile: { type: "RuntimeDefault" },
};

/** A container's HTTP or TCP readiness probe, and its spec, as far as they are there. */
const Probed = v.looseObject({
  env: v.optional(v.array(v.object({ name: v.string(), value: v.string() })), []),
  readinessProbe: v.optional(v.looseObject({
    httpGet: v.optional(v.looseObject({ port: v.number(), path: v.string() })),
    tcpSocket: v.optional(v.looseObject({ port: v.number() })),
    exec: v.optional(v.looseObject({ command: v.array(v.string()) })),
  })),
});

/**
 * The same objects in a pod without a token: no ServiceAccount, no Role, a spec for every container, and
 * their readiness probes asked by their supervisors as well.
 */
export function withoutRights(objects: readonly unknown[]): unknown[] {
  return objects.flatMap((object) => {
    const job = v.safeParse(Job, object);
    if (!job.success) return [];
    const { spec } = job.output;
    const { serviceAccountName: _, ...pod } = spec.template.spec;
    const podSpec = {
      ...pod,
      automountServiceAccountToken: false,
      containers: pod.containers.map(withReadiness),
    };
    return [{ ...job.output, spec: { ...spec, template: { ...spec.template, spec: podSpec } } }];
  });
}

function withReadiness(container: ExampleContainer): ExampleContainer {
  const { env, readinessProbe: probe } = v.parse(Probed, container);
  const hasSpec = env.some(({ name }) => /^KOOO?RDINATOR_SPEC$/.test(name));
  const { httpGet, tcpSocket, exec } = probe ?? {};
  const readiness = httpGet !== undefined
    ? { http: { port: httpGet.port, path: httpGet.path } }
    : tcpSocket !== undefined
    ? { tcp: tcpSocket.port }
    : exec && { exec: exec.command };
  return {
    ...container,
    env: [
      ...env,
      ...(hasSpec ? [] : [{ name: "KOORDINATOR_SPEC", value: "{}" }]),
      ...(readiness === undefined
        ? []
        : [{ name: "KOORDINATOR_READINESS", value: JSON.stringify(readiness) }]),
    ],
  };
}

import { seconds } from "../spec/duration.ts";
import { expand } from "../pod/expansion.ts";
import { environmentOf, type RawVariable } from "./environment_variables.ts";
import type { RawContainer, RawProbe } from "./pod_schema.ts";
import { supervisionOf } from "./supervision.ts";
import type { ContainerTemplate, Path, Probe, ProbeAction, Role } from "./workload.ts";

/** A container as its author wrote it, with Kubernetes' defaults. */
export function containerTemplate(
  raw: RawContainer,
  list: "initContainers" | "containers",
  path: Path,
  annotations: ReadonlyMap<string, string>,
): ContainerTemplate {
  const { name, lifecycle } = raw;
  const sources = raw.envFrom.flatMap((source) => source ?? []);
  const variables = raw.env.flatMap((variable, index): readonly RawVariable[] =>
    variable === undefined ? [] : [{
      name: variable.name,
      value: variable.valueFrom === undefined ? variable.value ?? "" : undefined,
      from: variable.valueFrom === undefined ? undefined : keyWithValue(variable.valueFrom),
      path: [...path, "env", index],
    }]
  );
  const env = environmentOf(variables, sources.length > 0);
  const values = new Map(env.map(({ name, value }) => [name, value]));
  const expanded = (word: string) => expand(word, (name) => values.get(name));
  const command = emptyIsNone(raw.command)?.map(expanded);
  const args = (raw.args ?? []).map(expanded);
  return {
    name,
    role: roleOf(raw, list),
    path,
    image: raw.image,
    command,
    args,
    env,
    mounts: raw.volumeMounts.flatMap((mount, index) =>
      mount === undefined ? [] : [{
        volume: mount.name,
        at: mount.mountPath,
        readOnly: mount.readOnly ?? false,
        subPath: mount.subPath,
        path: [...path, "volumeMounts", index],
      }]
    ),
    restartPolicy: raw.restartPolicy,
    restartPolicyRules: raw.restartPolicyRules.flatMap((rule) => rule ?? []),
    readinessProbe: probe(raw.readinessProbe),
    livenessProbe: probe(raw.livenessProbe),
    startupProbe: probe(raw.startupProbe),
    preStop: lifecycle?.preStop === undefined
      ? undefined
      : seconds(lifecycle.preStop.sleep?.seconds ?? 0),
    hasPostStart: lifecycle?.postStart !== undefined,
    stopSignal: lifecycle?.stopSignal,
    supervision: supervisionOf({
      name,
      command,
      args,
      env,
      envFrom: sources[0] === undefined ? undefined : keyWithValue(sources[0]),
      envFromPath: [...path, "envFrom"],
    }, annotations),
  };
}

function roleOf({ restartPolicy }: RawContainer, list: "initContainers" | "containers"): Role {
  if (list === "containers") return "main";
  return restartPolicy === "Always" ? "nativeSidecar" : "init";
}

/** An empty command is none: the image's ENTRYPOINT runs. */
function emptyIsNone(words: readonly string[] | undefined): readonly string[] | undefined {
  return words === undefined || words.length === 0 ? undefined : words;
}

/** The key that tells which of several kinds an object is: the first that has a value. */
export function keyWithValue(object: Readonly<Record<string, unknown>>): string {
  const found = Object.entries(object).find(([key, value]) =>
    key !== "name" && key !== "prefix" && value !== undefined && value !== null
  );
  return found?.[0] ?? "nothing";
}

/**
 * A probe with its defaults.
 * https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/
 */
function probe(raw: RawProbe | undefined): Probe | undefined {
  const action = raw === undefined ? undefined : actionOf(raw);
  if (raw === undefined || action === undefined) return undefined;
  return {
    action,
    initialDelay: seconds(raw.initialDelaySeconds ?? 0),
    // 0 is what Go writes for an absent number.
    period: seconds(raw.periodSeconds || 10),
    timeout: seconds(raw.timeoutSeconds || 1),
    failureThreshold: raw.failureThreshold || 3,
    successThreshold: raw.successThreshold || 1,
  };
}

function actionOf({ exec, httpGet, tcpSocket, grpc }: RawProbe): ProbeAction | undefined {
  if (exec !== undefined) return { kind: "exec", command: exec.command ?? [] };
  if (httpGet !== undefined) {
    return { kind: "http", port: httpGet.port, path: httpGet.path ?? "/" };
  }
  if (tcpSocket !== undefined) return { kind: "tcp", port: tcpSocket.port };
  return grpc === undefined ? undefined : { kind: "grpc", port: grpc.port };
}

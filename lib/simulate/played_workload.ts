import type {
  ContainerTemplate,
  PodTemplate,
  Probe,
  SpecText,
  Workload,
} from "../manifest/workload.ts";
import { lastOf } from "../manifest/supervision.ts";
import type { ContainerSpec } from "../pod/pod.ts";
import { escape } from "../pod/expansion.ts";
import { KoordinatorError } from "../errors.ts";
import { containersOf } from "../spec/containers.ts";
import { milliseconds, parseSeconds } from "../spec/duration.ts";
import { parseReadiness } from "../spec/parse.ts";
import { parseSignal } from "../spec/signal.ts";
import { DEFAULT_SPEC, type Spec } from "../spec/spec.ts";
import type { RestartPolicy } from "../supervisor/state.ts";
import { assumeCommand, type Assumptions, endingCommands } from "./assumptions.ts";
import type { Command, PlayedContainer, PlayedPod, PlayedSupervisor } from "./played_pod.ts";
import { emptiedBy, shareOf, sharesStateDirectory } from "./shared_folder.ts";

/** koordinator's own failure, bad configuration included. */
const REFUSED: Command = {
  ends: [{ code: 125, after: { from: 10, to: 100 } }],
  ready: undefined,
  stops: { from: 0, to: 10 },
};

/** Makes of a manifest a pod that can be played: with what is assumed of its commands. */
export function playedPod(workload: Workload, assumptions: Assumptions = new Map()): PlayedPod {
  const { pod, job } = workload;
  const toEnd = pod.restartPolicy !== "Always";
  const ending = endingCommands(pod, toEnd);
  const deadlines = [pod.activeDeadline, job?.activeDeadline].filter((one) => one !== undefined);
  const [first, second] = deadlines;
  return {
    restartPolicy: pod.restartPolicy,
    grace: pod.terminationGracePeriod,
    activeDeadline: first === undefined || second === undefined
      ? first
      : milliseconds(Math.min(first, second)),
    job,
    containers: pod.containers.map((container) => {
      const command = assumeCommand(
        ending.has(container.name),
        container.restartPolicyRules,
        assumptions.get(container.name),
      );
      return playContainer(pod, container, command);
    }),
  };
}

function playContainer(
  pod: PodTemplate,
  container: ContainerTemplate,
  command: Command,
): PlayedContainer {
  const { name, role, restartPolicy, restartPolicyRules, preStop, supervision } = container;
  const text = supervision.kind === "inFront" || supervision.kind === "annotated"
    ? supervision.spec
    : undefined;
  const supervisor = text === undefined ? undefined : superviseBy(pod, container, text);
  return {
    name,
    role,
    restartPolicy,
    restartPolicyRules,
    probes: {
      readiness: container.readinessProbe !== undefined,
      startup: patience(container.startupProbe),
      liveness: patience(container.livenessProbe),
      outlastHold: false,
    },
    preStop,
    stopSignal: container.stopSignal === undefined
      ? "SIGTERM"
      : parseSignal(container.stopSignal) ?? "SIGTERM",
    command: supervisor === "refused" ? REFUSED : command,
    supervisor: supervisor === "refused" ? undefined : supervisor,
    empties: emptiedBy(pod, container),
    spec: specOfContainer(pod, container),
  };
}

/** Whether koordinator ends at once there, since it cannot do what it is asked for. */
export function isRefused({ command }: PlayedContainer): boolean {
  return command === REFUSED;
}

/** As long as a probe may fail before the kubelet acts. */
function patience(probe: Probe | undefined) {
  return probe === undefined
    ? undefined
    : milliseconds(probe.initialDelay + probe.period * Math.max(1, probe.failureThreshold));
}

function valueOf({ env }: ContainerTemplate, name: string): string | undefined {
  const value = lastOf(env, name)?.value?.trim();
  return value === "" ? undefined : value;
}

/** What a supervisor is given; `refused` where it ends at once with exit code 125. */
function superviseBy(
  pod: PodTemplate,
  container: ContainerTemplate,
  text: SpecText,
): PlayedSupervisor | undefined | "refused" {
  if (text.kind === "invalid") return "refused";
  const share = shareOf(pod, container);
  let spec: Spec = text.kind === "valid" ? text.spec : DEFAULT_SPEC;
  const readiness = valueOf(container, "KOORDINATOR_READINESS");
  try {
    if (readiness !== undefined && spec.readiness === undefined) {
      spec = { ...spec, readiness: parseReadiness(readiness, "KOORDINATOR_READINESS") };
    }
  } catch (error) {
    if (!(error instanceof KoordinatorError)) throw error;
    return "refused";
  }
  const isApiThere = hasApiToken(pod);
  const reachable = isApiThere && valueOf(container, "KOORDINATOR_API") !== "never";
  const needed = containersOf(spec).length > 0;
  if (needed && !reachable && share === undefined) return "refused";
  const hasSomethingToTell = text.kind !== "absent" || readiness !== undefined;
  return {
    context: {
      spec,
      self: container.name,
      sources: {
        api: reachable && needed,
        stateDirectory: share,
        isReadable: share !== undefined,
        alone: !reachable,
        restartPolicy: restartPolicyOf(valueOf(container, "KOORDINATOR_RESTART_POLICY")),
        gracePeriod: parseSeconds(valueOf(container, "KOORDINATOR_GRACE_PERIOD") ?? ""),
      },
    },
    folder: hasSomethingToTell ? share : undefined,
    writes: share !== undefined && sharesStateDirectory(pod, container),
  };
}

/** Whether the kubelet gives the pod's containers a token for the API server. */
export function hasApiToken(pod: PodTemplate): boolean {
  return pod.automountServiceAccountToken !== false || hasToken(pod);
}

function hasToken({ volumes }: PodTemplate): boolean {
  return volumes.some(({ source }) => source === "projected");
}

function restartPolicyOf(text: string | undefined): RestartPolicy | undefined {
  return text === "Always" || text === "OnFailure" || text === "Never" ? text : undefined;
}

/** What siblings see of it in the pod's manifest. */
/** A container as its siblings see it in the pod's manifest. */
export function specOfContainer(pod: PodTemplate, container: ContainerTemplate): ContainerSpec {
  const { name, restartPolicy, restartPolicyRules, supervision } = container;
  const env = container.env.flatMap((variable) =>
    variable.name.startsWith("KO")
      ? [{ name: variable.name, value: variable.value && escape(variable.value) }]
      : []
  );
  const annotation = supervision.kind === "annotated" && supervision.spec.kind === "valid"
    ? pod.annotations.get(supervision.spec.source.name)
    : undefined;
  return {
    name,
    restartPolicy,
    restartPolicyRules,
    ...container.readinessProbe === undefined ? {} : { readinessProbe: {} },
    ...container.startupProbe === undefined ? {} : { startupProbe: {} },
    ...container.livenessProbe === undefined ? {} : { livenessProbe: {} },
    lifecycle: {
      ...container.hasPostStart ? { postStart: {} } : {},
      stopSignal: container.stopSignal,
    },
    isBare: supervision.kind === "none" || supervision.kind === "notInFront",
    env: annotation === undefined ? env : [...env, { name: "KOORDINATOR_SPEC", value: annotation }],
  };
}

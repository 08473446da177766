import { type Environment, readEnvironment } from "../environment.ts";
import { KoordinatorError } from "../errors.ts";
import { findContainerName, findIdentity } from "../identity.ts";
import type { PodSource } from "../kubernetes/pod_source.ts";
import { type Log, openLog } from "../log.ts";
import { surviveErrors } from "../process/crash.ts";
import { launch } from "../process/launch.ts";
import { replaceProcess } from "../process/replace.ts";
import type { CaughtSignals } from "../process/signals.ts";
import { supervise } from "../runtime.ts";
import { DEFAULT_SPEC, type Spec } from "../spec/spec.ts";
import { leaveTerminationMessage } from "./report.ts";

/**
 * `koordinator [--] COMMAND [ARG...]`: supervises COMMAND.
 *
 * @returns the exit code
 * @throws {KoordinatorError} if the configuration is bad; nothing was launched then
 */
export async function run(argv: readonly string[], signals: CaughtSignals): Promise<number> {
  const environment = readEnvironment(
    (name) => Deno.env.get(name),
    Object.keys(Deno.env.toObject()),
  );
  const root = environment.root;
  try {
    if (argv.length === 0) throw new KoordinatorError("no command given after --");
    if (environment.disabled) replaceProcess(argv);
    const log = openLog({ level: environment.logLevel, format: environment.logFormat });
    surviveErrors((message) => log.error(message));
    for (const warning of environment.warnings) log.warning(warning);
    const spec = await readSpec(environment);
    const self = environment.containerName ??
      findContainerName(readText("/proc/self/mountinfo") ?? "");
    const podSource = needsPod(spec) ? await followThisPod(environment, log) : undefined;
    const outcome = await supervise({ spec, self }, argv, {
      log,
      launch,
      replace: () => replaceProcess(argv),
      subscribe: (onSignal) => signals.subscribe(onSignal),
      podSource,
      heldContainers: async (pod) => {
        const { readHeldContainers } = await import("../held_containers.ts");
        return readHeldContainers(pod);
      },
    });
    if (outcome.reason !== undefined) {
      log[outcome.code === 0 ? "info" : "error"](outcome.reason, { exitCode: outcome.code });
      leaveTerminationMessage(root, outcome.reason);
    }
    return outcome.code;
  } catch (error) {
    if (error instanceof KoordinatorError) leaveTerminationMessage(root, error.message);
    throw error;
  }
}

/** The spec of the environment; its parser is loaded only if there is one. */
async function readSpec(environment: Environment): Promise<Spec> {
  if (environment.spec === undefined) return DEFAULT_SPEC;
  const { parseSpec } = await import("../spec/parse.ts");
  return parseSpec(environment.spec.text, environment.spec.variable);
}

function needsPod(spec: Spec): boolean {
  return spec.stopDeps.length > 0 || spec.startDeps.some(({ kind }) => kind === "container");
}

async function followThisPod(environment: Environment, log: Log): Promise<PodSource> {
  const { root } = environment;
  const [{ inClusterConfig, serviceAccountPaths }, { tokenClaims }, { watchPod }] = await Promise
    .all([
      import("../kubernetes/in_cluster.ts"),
      import("../kubernetes/token.ts"),
      import("../kubernetes/watch.ts"),
    ]);
  const config = inClusterConfig((name) => Deno.env.get(name), root);
  const identity = findIdentity(environment, (path) => readText(`${root}${path}`), () => {
    const token = readText(serviceAccountPaths(root).token);
    return token === undefined ? undefined : tokenClaims(token);
  });
  log.debug("this pod", { ...identity });
  return watchPod({ config, ...identity });
}

function readText(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return undefined;
  }
}

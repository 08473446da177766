import { type Environment, readEnvironment } from "../environment.ts";
import { KoordinatorError } from "../errors.ts";
import { findContainerName, findIdentity } from "../identity.ts";
import type { PodSource } from "../kubernetes/pod_source.ts";
import { type Log, openLog } from "../log.ts";
import { surviveErrors } from "../process/crash.ts";
import { launch } from "../process/launch.ts";
import { replaceProcess } from "../process/replace.ts";
import type { CaughtSignals } from "../process/signals.ts";
import { supervise, type World } from "../runtime.ts";
import { DEFAULT_SPEC, type Spec } from "../spec/spec.ts";
import { stateDirectory } from "../state_directory_path.ts";
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
      siblings: async (pod) => {
        const { readSiblings } = await import("../sibling_specs.ts");
        return readSiblings(pod);
      },
      ...await openStateDirectory(environment, spec, self, log),
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

/** Whether a dependency cannot be judged without the pod. */
function needsPod(spec: Spec): boolean {
  return spec.stopDeps.length > 0 || spec.startDeps.some(({ kind }) => kind === "container") ||
    spec.afterExit.some(({ lastOf }) => lastOf.length > 0);
}

/** The containers whose reports matter. */
function namesIn(spec: Spec): readonly string[] {
  return [
    ...spec.startDeps.flatMap((dependency) =>
      dependency.kind === "container" ? [dependency.container] : []
    ),
    ...spec.stopDeps.map(({ container }) => container),
    ...spec.afterExit.flatMap(({ lastOf }) => lastOf),
  ];
}

/** Tells the siblings, and hears of them; a container without a spec has nothing to tell. */
async function openStateDirectory(
  environment: Environment,
  spec: Spec,
  self: string | undefined,
  log: Log,
): Promise<Pick<World, "publish" | "reports">> {
  const folder = stateDirectory(environment);
  if (folder === undefined || environment.spec === undefined) {
    return { publish: () => {}, reports: undefined };
  }
  const { followReports, openPublisher } = await import("../siblings/state_directory.ts");
  const names = namesIn(spec);
  return {
    publish: self === undefined
      ? () => {}
      : openPublisher(folder, self, undefined, (why) =>
        log.debug("siblings are not told: the state directory cannot be written", { why })),
    reports: names.length === 0
      ? undefined
      : (tell, signal) => followReports(folder, names, undefined, tell, signal),
  };
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

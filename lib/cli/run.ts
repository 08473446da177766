import { type Environment, readEnvironment } from "../environment.ts";
import { KoordinatorError } from "../errors.ts";
import { openLog } from "../log.ts";
import { surviveErrors } from "../process/crash.ts";
import { launch } from "../process/launch.ts";
import { replaceProcess } from "../process/replace.ts";
import type { CaughtSignals } from "../process/signals.ts";
import { supervise } from "../runtime.ts";
import { DEFAULT_SPEC, type Spec } from "../spec/spec.ts";
import { findSelf, followThisPod, openSiblings, readSiblingsOnce } from "../surroundings.ts";
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
    const self = findSelf(environment);
    const podSource = await followThisPod(environment, spec, log);
    const outcome = await supervise({ spec, self: self.container }, argv, {
      log,
      launch,
      replace: () => replaceProcess(argv),
      subscribe: (onSignal) => signals.subscribe(onSignal),
      podSource,
      siblings: readSiblingsOnce(),
      ...await openSiblings(environment, spec, self, log),
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

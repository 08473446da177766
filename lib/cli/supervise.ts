import type { Environment } from "../environment.ts";
import { openLog } from "../log.ts";
import { surviveErrors } from "../process/crash.ts";
import { launch } from "../process/launch.ts";
import { closeLibraries, giveBackMemory } from "../process/memory.ts";
import { stopReaping } from "../process/reap.ts";
import { replaceProcess } from "../process/replace.ts";
import { signalIsPending } from "../process/sealed.ts";
import { catchSignals } from "../process/signals.ts";
import { suspend } from "../process/suspend.ts";
import { supervise as runMachine } from "../runtime.ts";
import { DEFAULT_SPEC, type Spec } from "../spec/spec.ts";
import { findSelf, followThisPod, openSiblings, readSiblingsOnce } from "../surroundings.ts";
import { leaveTerminationMessage } from "./report.ts";

/** When a supervisor is taken to have begun to wait, with all loaded that it needs for that. */
const AT_REST_AFTER_MS = 2000;

/**
 * Supervises COMMAND as the environment says.
 *
 * @returns the exit code
 * @throws {KoordinatorError} if the configuration is bad; nothing was launched then
 */
export async function supervise(
  argv: readonly string[],
  environment: Environment,
): Promise<number> {
  const signals = catchSignals();
  closeLibraries();
  const log = openLog({ level: environment.logLevel, format: environment.logFormat });
  surviveErrors((message) => log.error(message));
  for (const warning of environment.warnings) log.warning(warning);
  const spec = await readSpec(environment);
  const self = findSelf(environment);
  const podSource = await followThisPod(environment, spec, log);
  // Not for a process that is about to become its command.
  Deno.unrefTimer(setTimeout(giveBackMemory, AT_REST_AFTER_MS));
  const stateDirectory = await openSiblings(environment, spec, self, log);
  // Who is told to end before anything was launched launches nothing.
  if (signalIsPending()) await signals.settle();
  const outcome = await runMachine({ spec, self: self.container }, argv, {
    log,
    launch,
    suspend,
    handOver: async (isCalm) => {
      await signals.hold();
      if (!signalIsPending() && isCalm()) {
        stopReaping();
        signals.forget();
        replaceProcess(argv);
      }
      signals.release();
    },
    subscribe: signals.subscribe,
    listen: signals.listen,
    podSource,
    siblings: readSiblingsOnce(),
    ...stateDirectory,
  });
  if (outcome.reason !== undefined) {
    log[outcome.code === 0 ? "info" : "error"](outcome.reason, { exitCode: outcome.code });
    leaveTerminationMessage(environment.root, outcome.reason);
  }
  return outcome.code;
}

/** The spec of the environment; its parser is loaded only if there is one. */
async function readSpec(environment: Environment): Promise<Spec> {
  if (environment.spec === undefined) return DEFAULT_SPEC;
  const { parseSpec } = await import("../spec/parse.ts");
  return parseSpec(environment.spec.text, environment.spec.variable);
}

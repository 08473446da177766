import { systemClock } from "../clock.ts";
import type { Environment } from "../environment.ts";
import { call } from "../http/call.ts";
import { type OpenLog, openLog, unwrittenLog } from "../log.ts";
import { follow, followReadiness } from "../probe/check.ts";
import type { Child } from "../process/command.ts";
import { surviveErrors } from "../process/crash.ts";
import { noProcess } from "../process/not_executable.ts";
import { launch } from "../process/launch.ts";
import { closeLibraries } from "../process/memory.ts";
import { reap, stopReaping } from "../process/reap.ts";
import { replaceProcess } from "../process/replace.ts";
import { signalIsPending, threadsCanBeHad } from "../process/loader.ts";
import { ownGroup } from "../linux/process_calls.ts";
import { catchSignals } from "../process/signals.ts";
import { succeeds } from "../process/succeeds.ts";
import { isForeground } from "../process/terminal.ts";
import { suspend } from "../process/suspend.ts";
import { rehearse } from "./rehearsal.ts";
import { createRest } from "./rest.ts";
import { supervise as runMachine } from "../runtime.ts";
import { parseReadiness, parseSpec } from "../spec/parse.ts";
import { DEFAULT_SPEC, type Spec } from "../spec/spec.ts";
import {
  findSelf,
  followThisPod,
  isApiThere,
  isReadable,
  isSupervised,
  openSiblings,
} from "../sources.ts";
import { leaveTerminationMessage } from "./termination_message.ts";

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
  if (!threadsCanBeHad()) throw noProcess("the threads of a supervisor");
  const signals = catchSignals();
  closeLibraries();
  const log = openLog({ level: environment.logLevel, format: environment.logFormat });
  let onCrash = (message: string) => log.error("internalError", `internal error: ${message}`);
  surviveErrors((message) => onCrash(message));
  for (const warning of environment.warnings) log.warning("setting", warning);
  const spec = readSpec(environment);
  const self = findSelf(environment);
  if (isSupervised(environment, spec, self)) {
    signals.forget();
    replaceProcess(argv);
  }
  let isLaunched = false;
  const rest = createRest(() => {
    if (isLaunched) rehearse(context, unwrittenLog(environment.logFormat));
  });
  const podSource = followThisPod(environment, spec, self, log, rest.onBytes);
  const { bequeath, folder, ...stateDirectory } = openSiblings(
    environment,
    spec,
    self,
    podSource === undefined ? "alone" : "beside the API server",
    log,
  );
  // Who is told to end before anything was launched launches nothing.
  if (signalIsPending()) await signals.settle();
  const { restartPolicy, gracePeriod } = environment;
  const isFolderReadable = folder !== undefined && podSource !== undefined &&
    spec.startDeps.length > 0 && isReadable(folder);
  const sources = {
    api: podSource !== undefined,
    stateDirectory: folder,
    isReadable: isFolderReadable,
    alone: podSource === undefined && !isApiThere(environment),
    restartPolicy,
    gracePeriod,
  };
  const context = { spec, self: self.container, sources };
  // Not for a process that is about to become its command.
  rest.later();
  const outcome = await runMachine(context, argv, {
    log,
    clock: systemClock,
    launch: (words) => {
      const isCommand = words === argv;
      const child = whileSharingStderr(launch(words, { isCommand }), log);
      if (isCommand && !isLaunched) {
        isLaunched = true;
        rest.later();
      }
      return child;
    },
    lookAgain: () => {
      reap();
      signals.look();
    },
    suspend,
    handOver: async (noSignalWaits) => {
      await signals.hold();
      if (!signalIsPending() && noSignalWaits()) {
        stopReaping();
        signals.forget();
        const takeBack = bequeath();
        try {
          replaceProcess(argv);
        } finally {
          takeBack();
        }
      }
      signals.release();
      // Deno tells signals by their number, if several have come by its next turn. What came before the
      // launch is told before it: none that the command's start leads to is to overtake it.
      await signals.settle();
    },
    subscribe: (onSignal) =>
      signals.subscribe((signal) => {
        // A terminal whose size has changed ends nobody: koordinator has it while nothing is launched.
        if (signal !== "SIGWINCH" || !isForeground(ownGroup())) onSignal(signal);
      }),
    listen: signals.listen,
    onCrash: (tell) => onCrash = tell,
    podSource,
    probe: follow,
    checkReadiness: (readiness, tell, signal) => followReadiness(readiness, succeeds, tell, signal),
    call,
    ...stateDirectory,
  });
  if (outcome.reason !== undefined) leaveTerminationMessage([outcome.reason]);
  await log.finish();
  return outcome.code;
}

/** The spec, and the readiness that was given from outside of it. */
function readSpec({ spec: given, readiness }: Environment): Spec {
  const spec = given === undefined ? DEFAULT_SPEC : parseSpec(given.text, given.variable);
  if (spec.readiness !== undefined || readiness === undefined) return spec;
  return { ...spec, readiness: parseReadiness(readiness, "KOORDINATOR_READINESS") };
}

/** What it has written last may be a line without end. */
function whileSharingStderr(child: Child, log: OpenLog): Child {
  const ended = child.ended.then((end) => {
    log.breakLine();
    return end;
  });
  return { ...child, ended };
}

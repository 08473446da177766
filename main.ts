import { run } from "./lib/cli/run.ts";
import { ExitCode, KoordinatorError } from "./lib/errors.ts";
import { exactArguments } from "./lib/linux/arguments.ts";
import { exitGroup } from "./lib/linux/process_calls.ts";
import { dismissHeldCommand } from "./lib/process/held.ts";
import { foundByLoader, releaseSignals } from "./lib/process/loader.ts";

type Subcommand = (args: readonly string[]) => Promise<number> | number;

/** The first arguments that are subcommands; each is loaded only when it is called. */
const SUBCOMMANDS: Readonly<Record<string, () => Promise<Subcommand>>> = {
  check: async () => (await import("./lib/cli/authoring.ts")).check,
  copy: async () => (await import("./lib/cli/copy.ts")).copy,
  graph: async () => (await import("./lib/cli/authoring.ts")).graph,
  help: async () => (await import("./lib/cli/help.ts")).help,
  probe: async () => (await import("./lib/cli/probe.ts")).probe,
  schema: async () => (await import("./lib/cli/schema.ts")).schema,
  simulate: async () => (await import("./lib/cli/authoring.ts")).simulate,
  status: async () => (await import("./lib/cli/status.ts")).status,
  version: async () => (await import("./lib/cli/version.ts")).version,
};

/** What people try first at a program they do not know. */
const OPTIONS: ReadonlyMap<string, string> = new Map([
  ["--help", "help"],
  ["-h", "help"],
  ["--version", "version"],
  ["-v", "version"],
  ["-V", "version"],
]);

/** Words that the command line keeps for subcommands that this version does not have. */
const RESERVED: ReadonlySet<string> = new Set(["inject", "policy"]);

/** Subcommands that people and probes run beside a command: its termination message is not theirs. */
const BESIDE: ReadonlySet<string> = new Set([
  "check",
  "graph",
  "help",
  "probe",
  "schema",
  "simulate",
  "status",
  "version",
]);

async function main(args: readonly string[]): Promise<number> {
  const [word, ...rest] = args;
  if (word === undefined) throw noCommand();
  const name = OPTIONS.get(word) ?? word;
  const subcommand = Object.hasOwn(SUBCOMMANDS, name) ? SUBCOMMANDS[name] : undefined;
  if (subcommand !== undefined) {
    releaseSignals();
    dismissHeldCommand();
    return await (await subcommand())(rest);
  }
  if (RESERVED.has(word)) {
    throw new KoordinatorError(`the subcommand ${word} is not in this version`, {
      hint: `to supervise a program of this name: koordinator -- ${word}`,
    });
  }
  const command = word === "--" ? rest : args;
  if (command.length === 0) throw noCommand();
  if (word !== "--" && word.startsWith("-")) {
    throw new KoordinatorError(`${word} stands where the command should be`, {
      hint:
        `koordinator has no options; to supervise a program of this name: koordinator -- ${word}`,
    });
  }
  return await run(command);
}

function noCommand(): KoordinatorError {
  return new KoordinatorError("no command given", {
    hint:
      "koordinator [--] COMMAND [ARG...]; a manifest's `command` replaces the image's ENTRYPOINT, " +
      "which then stands behind koordinator: `docker inspect IMAGE` or `crane config IMAGE` tells it",
  });
}

function end(code: number): never {
  dismissHeldCommand();
  // All is written. Deno would take V8 apart first, which the kernel does sooner.
  if (foundByLoader() !== undefined) exitGroup(code);
  Deno.exit(code);
}

const words = exactArguments(Deno.args);
try {
  end(await main(words));
} catch (error) {
  // Loaded when there is something to report: it is on nobody else's way.
  const { leaveTerminationMessage, linesOf, printError } = await import("./lib/cli/print_error.ts");
  await printError(error);
  if (!BESIDE.has(words[0] ?? "")) leaveTerminationMessage(linesOf(error));
  end(error instanceof KoordinatorError ? error.exitCode : ExitCode.failure);
}

import { report } from "./lib/cli/report.ts";
import { run } from "./lib/cli/run.ts";
import { ExitCode, KoordinatorError } from "./lib/errors.ts";
import { exactArguments } from "./lib/process/arguments.ts";
import { breakSeal } from "./lib/process/sealed.ts";

type Subcommand = (args: readonly string[]) => Promise<number> | number;

/** The first arguments that are subcommands; each is loaded only when it is called. */
const SUBCOMMANDS: Readonly<Record<string, () => Promise<Subcommand>>> = {
  copy: async () => (await import("./lib/cli/copy.ts")).copy,
  help: async () => (await import("./lib/cli/help.ts")).help,
  probe: async () => (await import("./lib/cli/probe.ts")).probe,
  schema: async () => (await import("./lib/cli/schema.ts")).schema,
  status: async () => (await import("./lib/cli/status.ts")).status,
  version: async () => (await import("./lib/cli/version.ts")).version,
};

/** Words that the command line keeps for subcommands that this version does not have. */
const RESERVED: ReadonlySet<string> = new Set(["check", "graph", "simulate"]);

async function main(args: readonly string[]): Promise<number> {
  const [word, ...rest] = args;
  if (word === undefined || word === "--help" || word === "-h") {
    const { help } = await import("./lib/cli/help.ts");
    help([]);
    if (word !== undefined) return 0;
    throw new KoordinatorError("no command given", { hint: "koordinator [--] COMMAND [ARG...]" });
  }
  const subcommand = Object.hasOwn(SUBCOMMANDS, word) ? SUBCOMMANDS[word] : undefined;
  if (subcommand !== undefined) {
    breakSeal();
    return await (await subcommand())(rest);
  }
  if (RESERVED.has(word)) {
    throw new KoordinatorError(`the subcommand ${word} is not in this version`, {
      hint: `to supervise a program of this name: koordinator -- ${word}`,
    });
  }
  return await run(word === "--" ? rest : args);
}

try {
  Deno.exit(await main(exactArguments(Deno.args)));
} catch (error) {
  report(error);
  Deno.exit(error instanceof KoordinatorError ? error.exitCode : ExitCode.failure);
}

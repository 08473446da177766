import { type Environment, readEnvironment } from "../environment.ts";
import { KoordinatorError } from "../errors.ts";
import { replaceProcess } from "../process/replace.ts";
import { signalIsPending } from "../process/sealed.ts";
import { leaveTerminationMessage } from "./report.ts";

/**
 * `koordinator [--] COMMAND [ARG...]`: supervises COMMAND. Where there is nothing to supervise for, it
 * becomes COMMAND before any part of the supervisor is loaded.
 *
 * @returns the exit code
 * @throws {KoordinatorError} if the configuration is bad; nothing was launched then
 */
export async function run(argv: readonly string[]): Promise<number> {
  const environment = readEnvironment(
    (name) => Deno.env.get(name),
    Object.keys(Deno.env.toObject()),
  );
  try {
    if (argv.length === 0) throw new KoordinatorError("no command given after --");
    if (hasNothingToDo(environment) && !signalIsPending()) replaceProcess(argv);
    // A signal that comes meanwhile is kept by the loader's block, and delivered later.
    const { supervise } = await import("./supervise.ts");
    return await supervise(argv, environment);
  } catch (error) {
    if (error instanceof KoordinatorError) {
      leaveTerminationMessage(environment.root, error.message);
    }
    throw error;
  }
}

/** The machine would hand over in its first step: a table test of it holds that so. */
function hasNothingToDo({ disabled, spec, warnings }: Environment): boolean {
  return disabled || spec === undefined && warnings.length === 0;
}

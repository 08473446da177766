import { type Environment, isSwitchedOff, readEnvironment, readVariable } from "../environment.ts";
import { replaceProcess } from "../process/replace.ts";
import { signalIsPending } from "../process/loader.ts";

/**
 * `koordinator [--] COMMAND [ARG...]`: supervises COMMAND. Where there is nothing to supervise for, it
 * becomes COMMAND before any part of the supervisor is loaded.
 *
 * @returns the exit code
 * @throws {KoordinatorError} if the configuration is bad; nothing was launched then
 */
export async function run(argv: readonly string[]): Promise<number> {
  const environment = isSwitchedOff(readVariable)
    ? readEnvironment(() => undefined, [])
    : readEnvironment(readVariable, Object.keys(Deno.env.toObject()));
  if (hasNothingToDo(environment) && !signalIsPending()) replaceProcess(argv);
  // A signal that comes meanwhile is kept by the loader's block, and delivered later.
  const { supervise } = await import("./supervise.ts");
  return await supervise(argv, environment);
}

/** The machine would hand over in its first step: a table test of it holds that so. */
function hasNothingToDo({ spec, readiness, warnings }: Environment): boolean {
  return spec === undefined && readiness === undefined && warnings.length === 0;
}

import { readEnvironment, readVariable } from "../environment.ts";
import { KoordinatorError } from "../errors.ts";
import { readStatus, type StatusFile } from "../state_directory/status_file.ts";
import { stateDirectory } from "../state_directory/path.ts";
import { visible } from "../spec/visible.ts";
import { findSelf } from "../sources.ts";

/**
 * `koordinator status [CONTAINER]`: prints what a supervisor of this pod knows, this container's by
 * default. It asks the state directory and nobody else.
 *
 * @throws {KoordinatorError} exit code 125, if nothing is known
 */
export function status(args: readonly string[]): number {
  const environment = readEnvironment(readVariable, []);
  const [given, extra] = args;
  if (extra !== undefined) throw new KoordinatorError("koordinator status takes one container");
  const container = given ?? findSelf(environment).container;
  if (container === undefined) {
    throw new KoordinatorError("the name of this container is unknown", {
      hint: "koordinator status CONTAINER",
    });
  }
  const folder = stateDirectory(environment);
  const found = folder === undefined ? undefined : readStatus(folder, container);
  if (found === undefined) {
    throw new KoordinatorError(`no status of ${container} in ${folder ?? "a state directory"}`, {
      hint: "a supervisor writes it where it has a spec and a writable state directory",
    });
  }
  console.log(format(found, Date.now()));
  return 0;
}

/** The status as people read it. `now` in milliseconds since 1970. */
export function format(file: StatusFile, now: number): string {
  const age = (time: string) => `${Math.max(0, Math.round((now - Date.parse(time)) / 1_000))} s`;
  return [
    `${file.container}: ${file.phase} for ${age(file.since)}`,
    ...(file.stopping === undefined ? [] : [`stopping: ${file.stopping}`]),
    ...file.dependencies.map(({ role, name, holds, seen, since }) => {
      const state = holds && seen !== "holds" ? `holds, ${seen}` : seen;
      return `${role} dependency ${name}: ${state} for ${age(since)}`;
    }),
    ...contact(file.api, now, age),
  ].map(visible).join("\n");
}

function contact(
  { last, over, error, nextRetry }: StatusFile["api"],
  now: number,
  age: (time: string) => string,
): readonly string[] {
  const lines = [
    `last contact with the API server: ${last === undefined ? "none" : `${age(last)} ago`}`,
  ];
  if (over) return [...lines, "nothing is left to be learned from it"];
  if (error !== undefined) lines.push(`error: ${error}`);
  if (nextRetry !== undefined) {
    const left = Math.round((Date.parse(nextRetry) - now) / 1_000);
    lines.push(left > 0 ? `next retry in ${left} s` : "trying again now");
  }
  return lines;
}

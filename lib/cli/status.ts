import { readEnvironment } from "../environment.ts";
import { KoordinatorError } from "../errors.ts";
import { readStatus, type StatusFile } from "../siblings/status_file.ts";
import { stateDirectory } from "../state_directory_path.ts";
import { findSelf } from "../surroundings.ts";

/**
 * `koordinator status [CONTAINER]`: prints what a supervisor of this pod knows, this container's by
 * default. It asks the state directory and nobody else.
 *
 * @throws {KoordinatorError} exit code 125, if nothing is known
 */
export function status(args: readonly string[]): number {
  const environment = readEnvironment((name) => Deno.env.get(name), []);
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
      hint:
        "a supervisor writes it where it has a spec and a writable state directory, and until it hands over",
    });
  }
  console.log(format(found, Date.now()));
  return 0;
}

/** The status as people read it. `now` in milliseconds since 1970. */
export function format(file: StatusFile, now: number): string {
  const ago = (time: string) => `${Math.max(0, Math.round((now - Date.parse(time)) / 1_000))} s`;
  const { api } = file;
  const lines = [
    `${file.container}: ${file.phase} for ${ago(file.since)}`,
    ...(file.stopping === undefined ? [] : [`stopping: ${file.stopping}`]),
    ...file.dependencies.map(({ role, name, holds, seen, since }) =>
      `${role} dependency ${name}: ${holds ? "holds" : `${seen} for ${ago(since)}`}`
    ),
    `last news from the API server: ${
      api.lastNews === undefined ? "none" : `${ago(api.lastNews)} ago`
    }`,
  ];
  if (api.trouble !== undefined) lines.push(`trouble: ${api.trouble}`);
  if (api.nextRetry !== undefined) {
    const left = Math.max(0, Math.round((Date.parse(api.nextRetry) - now) / 1_000));
    lines.push(`next retry in ${left} s`);
  }
  return lines.join("\n");
}

import { parseArgs } from "@std/cli/parse-args";
import { KoordinatorError } from "../errors.ts";
import { makeFolder } from "../siblings/folder.ts";

/** Readable and executable by everybody, since the containers of a pod may run as different users. */
const EXECUTABLE_MODE = 0o755;

/**
 * `koordinator copy DIR`: installs this executable as DIR/koordinator. It is written aside and renamed,
 * so that nobody ever sees a part of it.
 *
 * @throws {KoordinatorError} exit code 125, if it cannot be written; nothing half-written is left
 */
export function copy(args: readonly string[]): number {
  const { _: folders, ...flags } = parseArgs(args);
  const [folder, extra] = folders.map(String);
  if (folder === undefined || extra !== undefined || Object.keys(flags).length > 0) {
    throw new KoordinatorError("koordinator copy takes one folder", {
      hint: "koordinator copy /koordinator",
    });
  }
  const source = Deno.execPath();
  if (!Deno.build.standalone) {
    throw new KoordinatorError("only the compiled executable can copy itself", {
      hint: "deno task compile makes dist/koordinator",
    });
  }
  const aside = `${folder}/.koordinator.${Deno.pid}.tmp`;
  // One that was killed midway had the same pid in its own container.
  remove(aside);
  try {
    writeAside(source, aside);
    Deno.chmodSync(aside, EXECUTABLE_MODE);
    Deno.renameSync(aside, `${folder}/koordinator`);
    // The siblings' state directory, made here since they may run as users who may not.
    makeFolder(`${folder}/.koordinator`);
  } catch (cause) {
    remove(aside);
    throw explain(folder, cause);
  }
  return 0;
}

function writeAside(source: string, aside: string): void {
  using from = Deno.openSync(source, { read: true });
  using to = Deno.openSync(aside, { write: true, createNew: true, mode: EXECUTABLE_MODE });
  const chunk = new Uint8Array(1 << 20);
  for (let length; (length = from.readSync(chunk)) !== null;) {
    let rest = chunk.subarray(0, length);
    while (rest.length > 0) rest = rest.subarray(to.writeSync(rest));
  }
  to.syncSync();
}

function remove(file: string): void {
  try {
    Deno.removeSync(file);
  } catch {
    // It was never made, or the folder lets nobody write: there is nothing to take away.
  }
}

function explain(folder: string, cause: unknown): KoordinatorError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const [what, hint] = cause instanceof Deno.errors.NotFound
    ? ["it does not exist", "mount an emptyDir volume there"]
    : cause instanceof Deno.errors.NotADirectory
    ? ["it is a file", "mount an emptyDir volume there"]
    : cause instanceof Deno.errors.PermissionDenied
    ? [
      "it may not be written",
      "an emptyDir is writable for every user; check fsGroup and readOnly",
    ]
    : /space|ENOSPC|os error 28/i.test(why)
    ? ["it is full", "raise the sizeLimit of the emptyDir, the executable needs about 100 MB"]
    : [why, "the folder must be a writable one, an emptyDir for example"];
  return new KoordinatorError(`cannot install koordinator in ${folder}: ${what}`, { hint, cause });
}

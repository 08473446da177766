import { KoordinatorError } from "../errors.ts";
import { changeMode, copyAll, type Descriptor } from "../linux/file_calls.ts";
import { cString } from "../linux/libc.ts";
import { lock } from "../linux/lock_calls.ts";
import { mayBeExecuted } from "../linux/process_calls.ts";
import { CallError, FileErrno } from "../linux/system_calls.ts";
import { empty } from "../state_directory/empty.ts";
import { Folder } from "../state_directory/folder.ts";
import { BESIDE } from "../state_directory/path.ts";
import { findSelf } from "../sources.ts";

/** Readable and executable by everybody, whatever user a container runs as; writable by nobody. */
const EXECUTABLE_MODE = 0o555;

/** How often a copy is written anew when others take it for a leftover. */
const MOST_AGAIN = 20;

/** stat.h: in such a folder only the owner of a file may replace it. */
const STICKY = 0o1000;
const WRITABLE_BY_OTHERS = 0o022;

/**
 * `koordinator copy DIR`: installs this executable as DIR/koordinator. It is written aside and renamed,
 * so that nobody ever sees a part of it.
 *
 * @throws {KoordinatorError} exit code 125, if it cannot be written; nothing half-written is left
 */
export function copy(args: readonly string[]): number {
  const folder = folderOf(args);
  const source = Deno.execPath();
  if (!Deno.build.standalone) {
    throw new KoordinatorError("only the compiled executable can copy itself", {
      hint: "deno task compile makes dist/koordinator",
    });
  }
  try {
    // The operator's own path: what a link there points to is meant.
    using target = Folder.open(`${folder}/.`);
    keepFromOthers(target);
    target.removeLeftovers();
    install(target, source);
    if (!target.hasFolder(BESIDE)) target.remove(BESIDE);
    // The siblings' state directory, made here since they may run as users who may not.
    using siblings = Folder.openOrMake(BESIDE, target);
    empty(siblings, findSelf({ containerName: undefined }).run);
  } catch (cause) {
    throw explain(folder, cause);
  }
  return 0;
}

/** The file is whole, and the kernel would not execute it: of a container's command that is a 126. */
class NotExecutable extends Error {}

/** The one argument, left as it is: `007` is a folder's name like another. */
function folderOf(args: readonly string[]): string {
  const [folder, ...extra] = args[0] === "--" ? args.slice(1) : args;
  const hint = "koordinator copy /koordinator";
  if (folder === "") {
    throw new KoordinatorError("koordinator copy: the name of the folder is empty", {
      hint: `is it a variable that is not set? ${hint}`,
    });
  }
  if (folder === undefined || extra.length > 0 || args[0] === folder && folder.startsWith("-")) {
    throw new KoordinatorError("koordinator copy takes one folder", { hint });
  }
  return folder;
}

/**
 * Another copy that begins in the moment before the file is locked, or after, takes it for a leftover, and its
 * name away: then it is written anew.
 */
function install(target: Folder, source: string): void {
  for (let left = MOST_AGAIN;; left--) {
    try {
      return target.replaceProgram("koordinator", (file) => fill(file, source), EXECUTABLE_MODE);
    } catch (error) {
      const isTakenAway = error instanceof CallError && error.call === "renameat" &&
        error.errno === FileErrno.ENOENT;
      if (!isTakenAway || left === 0) throw error;
    }
  }
}

function fill(file: Descriptor, source: string): void {
  // Others who copy into this folder leave it alone.
  lock(file);
  copyAll(source, file);
  changeMode(file, EXECUTABLE_MODE);
  if (!mayBeExecuted(cString(`/proc/self/fd/${file}`))) {
    throw new NotExecutable("nothing can be executed there");
  }
}

/** An emptyDir lets everybody replace everything: from now on only what is his own. */
function keepFromOthers(target: Folder): void {
  const { mode, owner } = target.status();
  const shared = (mode & WRITABLE_BY_OTHERS) !== 0;
  if (owner === Deno.uid() && shared && (mode & STICKY) === 0) target.changeMode(mode | STICKY);
}

const MOUNT = "mount an emptyDir volume there";
const WRITABLE = "an emptyDir is writable for every user; check fsGroup and readOnly";

const EXPLANATIONS: ReadonlyMap<number | undefined, readonly [what: string, hint: string]> =
  new Map([
    [FileErrno.ENOENT, ["it does not exist", MOUNT]],
    [FileErrno.ENOTDIR, ["it is a file", MOUNT]],
    [
      FileErrno.EISDIR,
      [
        "a folder has the name of the executable",
        "mount the volume without subPath, which makes one where nothing is yet; and remove it",
      ],
    ],
    [FileErrno.EACCES, ["it may not be written", WRITABLE]],
    [FileErrno.EPERM, ["it may not be written", WRITABLE]],
    [FileErrno.EROFS, ["it may not be written", WRITABLE]],
    [
      FileErrno.ENOSPC,
      [
        "it is full",
        "give the volume room: the executable is about 100 MB, and twice that while it is replaced",
      ],
    ],
  ]);

function explain(folder: string, cause: unknown): KoordinatorError {
  if (cause instanceof NotExecutable) {
    return new KoordinatorError(`cannot install koordinator in ${folder}: ${cause.message}`, {
      hint: "the volume is mounted noexec: take an emptyDir, or remount it",
      cause,
    });
  }
  const [what, hint] = EXPLANATIONS.get(cause instanceof CallError ? cause.errno : undefined) ??
    [
      cause instanceof Error ? cause.message : String(cause),
      "the folder must be a writable one, an emptyDir for example",
    ];
  return new KoordinatorError(`cannot install koordinator in ${folder}: ${what}`, { hint, cause });
}

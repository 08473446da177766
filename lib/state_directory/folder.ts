import * as files from "../linux/file_calls.ts";
import { isLocked } from "../linux/lock_calls.ts";
import { CallError, FileErrno } from "../linux/system_calls.ts";
import { unforeseeable } from "../random.ts";

/** Siblings may run as different users: everybody may add a file, nobody may replace another's. */
const FOLDER_MODE = 0o1777;

/** Everybody may read what a supervisor tells, and the supervisor alone changes it. */
const FILE_MODE = 0o644;

/** What a file is called before it is whole. */
const ASIDE = /^\.[0-9a-f]{16}\.tmp$/;

/** How many names are looked at for such files. */
const MOST_LEFTOVERS = 1_000;

/**
 * A folder that others may write to as well, held by its descriptor. No link is followed, no pipe is
 * waited for, nothing is opened that another may have laid there but to read it, and no name that can
 * be foreseen is written to.
 */
export class Folder implements Disposable {
  private constructor(readonly path: string, readonly descriptor: files.Descriptor) {}

  /**
   * Opens it.
   *
   * @param parent the folder that `path` is in, if that is to be held as well
   * @throws {CallError} if there is none, a symbolic link for example
   */
  static open(path: string, parent?: Folder): Folder {
    return new Folder(path, files.openFolderAt(parent?.descriptor, path));
  }

  /** Opens it, or makes it for siblings of every user; its parent must be there. @throws {CallError} */
  static openOrMake(path: string, parent?: Folder): Folder {
    try {
      return Folder.open(path, parent);
    } catch (error) {
      if (!(error instanceof CallError) || error.errno !== FileErrno.ENOENT) throw error;
    }
    const made = files.makeFolderAt(parent?.descriptor, path, FOLDER_MODE);
    const folder = Folder.open(path, parent);
    // The mask of the process took away what siblings need.
    if (made && folder.status().owner === Deno.uid()) folder.changeMode(FOLDER_MODE);
    return folder;
  }

  status(): files.FileStatus {
    return files.statusOf(this.descriptor);
  }

  /** Whether it was removed: what is written to it is seen by nobody. */
  isGone(): boolean {
    return this.status().links === 0;
  }

  /** @throws {CallError} */
  changeMode(mode: number): void {
    files.changeMode(this.descriptor, mode);
  }

  /**
   * Puts a new file in the place of whatever has this name, in one moment.
   *
   * @param fill gives the file what is to stand in it, before anybody else can open it
   * @returns the file, still open
   * @throws {CallError} if that is impossible; nothing is left behind, and the name is as it was
   */
  replace(
    name: string,
    fill: (file: files.Descriptor) => void,
    mode: number = FILE_MODE,
  ): files.Descriptor {
    const aside = `.${unforeseeable()}.tmp`;
    const file = files.createFile(this.descriptor, aside);
    try {
      fill(file);
      files.changeMode(file, mode);
      files.rename(this.descriptor, aside, name);
      return file;
    } catch (error) {
      files.unlink(this.descriptor, aside);
      files.close(file);
      throw error;
    }
  }

  /**
   * Puts a new program in the place of whatever has this name, in one moment. Nobody has it open for writing
   * from that moment on: the kernel executes no such file (ETXTBSY of execve(2)).
   *
   * @param fill gives the file what is to stand in it
   * @throws {CallError} if that is impossible, or another takes the file for a leftover before it has its
   * name; nothing is left behind, and the name is as it was
   */
  replaceProgram(name: string, fill: (file: files.Descriptor) => void, mode: number): void {
    const aside = `.${unforeseeable()}.tmp`;
    const file = files.createFile(this.descriptor, aside);
    try {
      try {
        fill(file);
        files.changeMode(file, mode);
      } finally {
        files.close(file);
      }
      files.rename(this.descriptor, aside, name);
    } catch (error) {
      files.unlink(this.descriptor, aside);
      throw error;
    }
  }

  /**
   * Opens a regular file of at most `limit` bytes.
   *
   * @returns undefined if there is none: no link, pipe, device, socket, folder or giant is opened
   */
  open(name: string, limit: number): OpenFile | undefined {
    // Opening a device would do something to it.
    if (files.statusAt(this.descriptor, name)?.kind !== "file") return undefined;
    const descriptor = files.openForReading(this.descriptor, name);
    if (descriptor === undefined) return undefined;
    const file = new OpenFile(descriptor, files.statusOf(descriptor));
    if (file.status.kind === "file" && file.status.size <= limit) return file;
    file[Symbol.dispose]();
    return undefined;
  }

  /** Whether a name stands for a file that was opened, now. */
  names(name: string, { status }: OpenFile): boolean {
    return files.statusAt(this.descriptor, name)?.identity === status.identity;
  }

  /** The owner of what has this name; undefined if nothing has. */
  ownerOf(name: string): number | undefined {
    return files.statusAt(this.descriptor, name)?.owner;
  }

  /** The names in it, at most `limit`. */
  list(limit: number): readonly string[] {
    return files.namesIn(this.descriptor, limit);
  }

  /** Whether a folder of this name is in it. */
  hasFolder(name: string): boolean {
    return files.statusAt(this.descriptor, name)?.kind === "folder";
  }

  /** Takes a name away, whatever it stands for, an empty folder too; whether that was possible. */
  remove(name: string): boolean {
    return files.unlink(this.descriptor, name);
  }

  /** Takes away what was left half-written by a process that was killed, and that nobody holds. */
  removeLeftovers(): void {
    for (const name of this.list(MOST_LEFTOVERS)) {
      if (ASIDE.test(name) && !this.isHeld(name)) this.remove(name);
    }
  }

  /** Whether somebody holds the lock of a regular file. */
  isHeld(name: string): boolean {
    using file = this.open(name, Infinity);
    return file !== undefined && isLocked(file.descriptor);
  }

  [Symbol.dispose](): void {
    files.close(this.descriptor);
  }
}

/** A regular file in such a folder, open for reading. */
export class OpenFile implements Disposable {
  constructor(
    readonly descriptor: files.Descriptor,
    readonly status: files.FileStatus,
  ) {}

  /** What stands in it; of one that has grown meanwhile a byte more than before. @throws {CallError} */
  read(): string {
    return new TextDecoder().decode(files.readBounded(this.descriptor, this.status.size + 1));
  }

  [Symbol.dispose](): void {
    files.close(this.descriptor);
  }
}

/** Why no reports can be read there, nor one be written; undefined if they can be read at least. */
export function whyUnusable(path: string): string | undefined {
  try {
    Folder.openOrMake(path)[Symbol.dispose]();
    return undefined;
  } catch (error) {
    return `${path}: ${error instanceof Error ? error.message : error}`;
  }
}

import { decode } from "./arguments.ts";
import { cString } from "./libc.ts";
import { CallError, FileErrno, must, systemCall } from "./system_calls.ts";

/** asm-generic/fcntl.h; O_DIRECTORY and O_NOFOLLOW are others on arm64. */
const O_RDONLY = 0;
const O_WRONLY = 0o1;
const O_RDWR = 0o2;
const O_CREAT = 0o100;
const O_EXCL = 0o200;
const O_NOCTTY = 0o400;
const O_NONBLOCK = 0o4000;
const O_CLOEXEC = 0o2000000;
const [O_DIRECTORY, O_NOFOLLOW] = Deno.build.arch === "x86_64"
  ? [0o200000, 0o400000]
  : [0o40000, 0o100000];
const AT_FDCWD = -100;
const AT_SYMLINK_NOFOLLOW = 0x100;
const AT_REMOVEDIR = 0x200;
const F_DUPFD = 0;

/** struct stat of asm/stat.h, in bytes. */
const STAT = Deno.build.arch === "x86_64"
  ? { size: 144, links: 16, mode: 24, owner: 28 }
  : { size: 128, mode: 16, links: 20, owner: 24 };

/** stat.h: the kinds of files, in st_mode. */
const S_IFMT = 0o170000;
const KINDS = new Map(
  [
    [0o010000, "pipe"],
    [0o020000, "device"],
    [0o040000, "folder"],
    [0o100000, "file"],
    [0o140000, "socket"],
  ] as const,
);

/** An open file of the kernel's (open(2)). */
export type Descriptor = number;

/** What fstat(2) tells of a file. */
export interface FileStatus {
  readonly kind: "file" | "folder" | "pipe" | "socket" | "device" | "other";
  /** Which file it is: device and inode. */
  readonly identity: string;
  readonly links: number;
  /** The permissions, with set-id and sticky bits. */
  readonly mode: number;
  /** The uid of its owner. */
  readonly owner: number;
  /** In bytes. */
  readonly size: number;
}

/**
 * Opens a folder; a symbolic link in its place is not followed.
 *
 * @throws {CallError} if there is none, or it may not be opened
 */
export function openFolderAt(parent: Descriptor | undefined, path: string): Descriptor {
  const flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  return must("openat", parent ?? AT_FDCWD, cString(path), flags, 0);
}

/**
 * Opens a file for reading, whatever it is: no link is followed, and nobody waited for, who may write
 * to a pipe or hold a lease; a terminal does not become this process's own.
 *
 * @returns undefined if nothing is there, or nothing that may be opened
 */
export function openForReading(folder: Descriptor, name: string): Descriptor | undefined {
  const flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC;
  const file = systemCall("openat", folder, cString(name), flags, 0);
  return file < 0 ? undefined : file;
}

/**
 * Makes a file that was not there, open for reading and writing, which nobody else may open yet.
 *
 * @throws {CallError} if something of this name is there, or it cannot be made
 */
export function createFile(folder: Descriptor, name: string): Descriptor {
  const flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  return must("openat", folder, cString(name), flags, 0o600);
}

/**
 * Opens what is there for writing, without waiting for whoever might read it; undefined if that may
 * not be.
 */
export function openForWriting(path: string): Descriptor | undefined {
  const flags = O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  const file = systemCall("openat", AT_FDCWD, cString(path), flags, 0);
  return file < 0 ? undefined : file;
}

/** Makes a folder; nothing happens if the name is taken. @throws {CallError} if it cannot be made */
export function makeFolderAt(parent: Descriptor | undefined, path: string, mode: number): boolean {
  try {
    must("mkdirat", parent ?? AT_FDCWD, cString(path), mode);
    return true;
  } catch (error) {
    if (error instanceof CallError && error.errno === FileErrno.EEXIST) return false;
    throw error;
  }
}

/** Changes the permissions of an open file. @throws {CallError} */
export function changeMode(file: Descriptor, mode: number): void {
  must("fchmod", file, mode);
}

/** Closes a descriptor. */
export function close(file: Descriptor): void {
  systemCall("close", file);
}

/**
 * What the kernel fills is used again each time: a folder is looked at once a second, and V8 may leave
 * what is not used any more for hours.
 */
const STATUS = new Uint8Array(STAT.size);
const NAMES = new Uint8Array(1 << 12);

/** What an open file is. @throws {CallError} */
export function statusOf(file: Descriptor): FileStatus {
  must("fstat", file, STATUS);
  return parseStatus(STATUS);
}

/** What a name stands for, links not followed; undefined if nothing is there. */
export function statusAt(folder: Descriptor, name: string): FileStatus | undefined {
  const found = systemCall("newfstatat", folder, cString(name), STATUS, AT_SYMLINK_NOFOLLOW);
  return found < 0 ? undefined : parseStatus(STATUS);
}

/** What a path stands for, which is a C string, links followed; undefined if nothing is there. */
export function statusByPath(path: Uint8Array<ArrayBuffer>): FileStatus | undefined {
  return systemCall("newfstatat", AT_FDCWD, path, STATUS, 0) < 0 ? undefined : parseStatus(STATUS);
}

function parseStatus(bytes: Uint8Array<ArrayBuffer>): FileStatus {
  const view = new DataView(bytes.buffer);
  const mode = view.getUint32(STAT.mode, true);
  return {
    kind: kindOf(mode),
    identity: `${view.getBigUint64(0, true)}:${view.getBigUint64(8, true)}`,
    links: view.getUint32(STAT.links, true),
    mode: mode & ~S_IFMT,
    owner: view.getUint32(STAT.owner, true),
    size: Number(view.getBigInt64(48, true)),
  };
}

function kindOf(mode: number): FileStatus["kind"] {
  for (const [bits, kind] of KINDS) if (bits === (mode & S_IFMT)) return kind;
  return "other";
}

/** Reads an open file from its beginning, at most `limit` bytes. @throws {CallError} */
export function readBounded(file: Descriptor, limit: number): Uint8Array {
  const bytes = new Uint8Array(limit);
  let length = 0;
  while (length < limit) {
    const read = must("read", file, bytes.subarray(length), limit - length);
    if (read === 0) break;
    length += read;
  }
  return bytes.subarray(0, length);
}

/** Writes all of it. @throws {CallError} */
export function writeAll(file: Descriptor, bytes: Uint8Array<ArrayBuffer>): void {
  for (let rest = bytes; rest.length > 0;) {
    rest = rest.subarray(must("write", file, rest, rest.length));
  }
}

/** Copies a file to the end of another, and waits until it is on the disk. @throws {CallError} */
export function copyAll(path: string, to: Descriptor): void {
  const from = must("openat", AT_FDCWD, cString(path), O_RDONLY | O_CLOEXEC, 0);
  try {
    copyTo(to, from);
  } finally {
    close(from);
  }
}

function copyTo(to: Descriptor, from: Descriptor): void {
  while (must("sendfile", to, from, 0, 1 << 24) > 0);
  must("fsync", to);
}

/** Gives a file the name of another, which it replaces, in one moment. @throws {CallError} */
export function rename(folder: Descriptor, from: string, to: string): void {
  must("renameat", folder, cString(from), folder, cString(to));
}

/** Takes a name away, without looking at what it stands for; whether that was possible. */
export function unlink(folder: Descriptor, name: string): boolean {
  return systemCall("unlinkat", folder, cString(name), 0) === 0 ||
    systemCall("unlinkat", folder, cString(name), AT_REMOVEDIR) === 0;
}

/**
 * The names in a folder, in its own order.
 *
 * @param limit no more names than this are told
 */
export function namesIn(folder: Descriptor, limit: number): readonly string[] {
  const listing = systemCall("openat", folder, cString("."), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  if (listing < 0) return [];
  const names: string[] = [];
  try {
    const view = new DataView(NAMES.buffer);
    for (let length; (length = systemCall("getdents64", listing, NAMES, NAMES.length)) > 0;) {
      // struct linux_dirent64 (getdents(2)): inode, offset, length of the record, kind, name.
      for (let at = 0; at < length; at += view.getUint16(at + 16, true)) {
        const text = decode(NAMES.subarray(at + 19, NAMES.indexOf(0, at + 19)));
        if (text === "." || text === "..") continue;
        if (names.length === limit) return names;
        names.push(text);
      }
    }
    return names;
  } finally {
    close(listing);
  }
}

/**
 * One more descriptor of an open file, which programs that this process becomes have as well.
 *
 * @param least its number is not below this, where the limit of open files allows it
 */
export function duplicateForPrograms(file: Descriptor, least: number): Descriptor {
  const high = systemCall("fcntl", file, F_DUPFD, least);
  return high >= 0 ? high : must("fcntl", file, F_DUPFD, 3);
}

import type { Descriptor } from "./file_calls.ts";
import { callAside, systemCall } from "./system_calls.ts";

/** asm-generic/fcntl.h: locks of an open file description. */
const F_OFD_GETLK = 36;
const F_OFD_SETLK = 37;
const F_OFD_SETLKW = 38;
const F_RDLCK = 0;
const F_WRLCK = 1;
const F_UNLCK = 2;

/** asm-generic/fcntl.h: of flock(2). */
const LOCK_SH = 1;
const LOCK_EX = 2;
const LOCK_NB = 4;
const LOCK_UN = 8;

/** struct flock on 64-bit Linux: type and whence, start, length, pid. All of it zero is the whole file. */
function wholeFile(type: number): Uint8Array<ArrayBuffer> {
  const lock = new Uint8Array(32);
  lock[0] = type;
  return lock;
}

/**
 * Locks a file that is open for writing, for as long as a descriptor of this open file is left, in
 * whatever process. gVisor has no locks of open file descriptions: there flock(2) is as good, but that
 * whoever may read the file may hold it.
 *
 * @returns whether nobody else holds it
 */
export function lock(file: Descriptor): boolean {
  if (systemCall("fcntl", file, F_OFD_SETLK, wholeFile(F_WRLCK)) === 0) return true;
  const known = systemCall("fcntl", file, F_OFD_GETLK, wholeFile(F_WRLCK)) === 0;
  return !known && systemCall("flock", file, LOCK_EX | LOCK_NB) === 0;
}

/** Whether anybody but this open file holds the lock of a file. */
export function isLocked(file: Descriptor): boolean {
  const found = wholeFile(F_RDLCK);
  if (systemCall("fcntl", file, F_OFD_GETLK, found) === 0) return found[0] !== F_UNLCK;
  if (systemCall("flock", file, LOCK_SH | LOCK_NB) !== 0) return true;
  systemCall("flock", file, LOCK_UN);
  return false;
}

/**
 * Waits in a thread of its own until nobody holds the lock of a file any more.
 *
 * @returns false if the kernel lets nobody wait for it
 */
export async function unlocked(file: Descriptor): Promise<boolean> {
  if (await callAside("fcntl", file, F_OFD_SETLKW, wholeFile(F_RDLCK)) === 0) {
    systemCall("fcntl", file, F_OFD_SETLK, wholeFile(F_UNLCK));
    return true;
  }
  if (await callAside("flock", file, LOCK_SH) !== 0) return false;
  systemCall("flock", file, LOCK_UN);
  return true;
}

import { Errno, errnoOf } from "./libc.ts";
import { systemCall } from "./system_calls.ts";

/** linux/prctl.h. */
const PR_SET_CHILD_SUBREAPER = 36;
const PR_GET_CHILD_SUBREAPER = 37;

/** asm-generic/ioctls.h. */
const TIOCGPGRP = 0x540f;
const TIOCSPGRP = 0x5410;

/** linux/fcntl.h. */
const AT_FDCWD = -100;
const X_OK = 1;

/** wait.h: of waitpid(2). */
const WNOHANG = 1;
const WUNTRACED = 2;

/** waitid(2). */
const P_ALL = 0;
const WEXITED = 4;
const WNOWAIT = 0x01000000;
const SIGINFO_SIZE = 128;

/** execve(2): returns only if the file cannot be executed. */
export function execve(
  file: Uint8Array<ArrayBuffer>,
  argv: Uint8Array<ArrayBuffer>,
  environment: bigint,
): void {
  systemCall("execve", file, argv, environment);
}

/** Ends this process, all threads of it, and takes nothing apart first (exit_group(2)). */
export function exitGroup(code: number): void {
  systemCall("exit_group", code);
}

/**
 * Sends a signal (kill(2)).
 *
 * @param pid a process, or a process group if it is negative
 * @returns whether anybody was there
 */
export function kill(pid: number, signal: number): boolean {
  return systemCall("kill", pid, signal) === 0;
}

/** Whether there is a process, or a member of a group, of anybody's (kill(2)). */
export function isThere(pid: number): boolean {
  return systemCall("kill", pid, 0) === 0 ||
    errnoOf(() => systemCall("kill", pid, 0)) === Errno.EPERM;
}

/** Whether this process has children, ended or not (waitid(2)). */
export function hasChildren(): boolean {
  const info = new Uint8Array(SIGINFO_SIZE);
  return systemCall("waitid", P_ALL, 0, info, WEXITED | WNOHANG | WNOWAIT, 0) === 0;
}

/**
 * One child that has ended or was stopped (waitpid(2)), without waiting; undefined if there is none.
 *
 * @returns its pid and the status word of wait(2)
 */
export function collectChild(): readonly [pid: number, status: number] | undefined {
  const status = new Int32Array(1);
  const pid = systemCall("wait4", -1, status, WNOHANG | WUNTRACED, 0);
  return pid > 0 ? [pid, status[0] ?? 0] : undefined;
}

/** Waits for the end of a child, and collects it. */
export function awaitEnd(pid: number): void {
  systemCall("wait4", pid, 0, 0, 0);
}

/** Writes to a descriptor (write(2)); whether that was possible. */
export function write(descriptor: number, bytes: Uint8Array<ArrayBuffer>): boolean {
  return systemCall("write", descriptor, bytes, bytes.length) === bytes.length;
}

/** Reads from a descriptor (read(2)), and tells how many bytes: 0 at the end, -1 if that failed. */
export function read(descriptor: number, into: Int32Array<ArrayBuffer>): number {
  return systemCall("read", descriptor, into, into.byteLength);
}

/** This process's group. */
export function ownGroup(): number {
  return systemCall("getpgid", 0);
}

/** This process's session. */
export function ownSession(): number {
  return systemCall("getsid", 0);
}

/** Whether orphans below this process become its children (prctl(2)). */
export function isSubreaper(): boolean {
  const flag = new Int32Array(1);
  systemCall("prctl", PR_GET_CHILD_SUBREAPER, flag);
  return flag[0] === 1;
}

/** Decides whether they do. */
export function setSubreaper(on: boolean): void {
  systemCall("prctl", PR_SET_CHILD_SUBREAPER, Number(on));
}

/** The foreground group of a terminal; undefined if the file is none, or not this session's. */
export function foregroundGroup(file: number): number | undefined {
  const group = new Int32Array(1);
  return systemCall("ioctl", file, TIOCGPGRP, group) === 0 ? group[0] : undefined;
}

/** Puts a group into the foreground of a terminal; whether that was possible. */
export function setForegroundGroup(file: number, group: number): boolean {
  return systemCall("ioctl", file, TIOCSPGRP, Int32Array.of(group)) === 0;
}

/** Whether this user may execute a file, or search it if it is a folder; the name is a C string. */
export function mayBeExecuted(name: Uint8Array<ArrayBuffer>): boolean {
  return systemCall("faccessat", AT_FDCWD, name, X_OK) === 0;
}

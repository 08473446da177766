import { call } from "./system_calls.ts";

/** linux/prctl.h. */
const PR_SET_CHILD_SUBREAPER = 36;
const PR_GET_CHILD_SUBREAPER = 37;

/** asm-generic/ioctls.h. */
const TIOCGPGRP = 0x540f;
const TIOCSPGRP = 0x5410;

/** linux/fcntl.h, and F_OK of unistd.h. */
const AT_FDCWD = -100;
const F_OK = 0;

/** wait.h: of waitpid(2). */
const WNOHANG = 1;
const WUNTRACED = 2;

/** execve(2): returns only if the file cannot be executed. */
export function execve(
  file: Uint8Array<ArrayBuffer>,
  argv: Uint8Array<ArrayBuffer>,
  environment: bigint,
): void {
  call("execve", file, argv, environment);
}

/**
 * Sends a signal (kill(2)).
 *
 * @param pid a process, or a process group if it is negative
 * @returns whether anybody was there
 */
export function kill(pid: number, signal: number): boolean {
  return call("kill", pid, signal) === 0;
}

/**
 * One child that has ended or was stopped (waitpid(2)), without waiting; undefined if there is none.
 *
 * @returns its pid and the status word of wait(2)
 */
export function collectChild(): readonly [pid: number, status: number] | undefined {
  const status = new Int32Array(1);
  const pid = call("wait4", -1, status, WNOHANG | WUNTRACED, 0);
  return pid > 0 ? [pid, status[0] ?? 0] : undefined;
}

/** This process's group. */
export function ownGroup(): number {
  return call("getpgid", 0);
}

/** This process's session. */
export function ownSession(): number {
  return call("getsid", 0);
}

/** Whether orphans below this process become its children (prctl(2)). */
export function isSubreaper(): boolean {
  const flag = new Int32Array(1);
  call("prctl", PR_GET_CHILD_SUBREAPER, flag);
  return flag[0] === 1;
}

/** Decides whether they do. */
export function setSubreaper(on: boolean): void {
  call("prctl", PR_SET_CHILD_SUBREAPER, Number(on));
}

/** The foreground group of a terminal; undefined if the file is none, or not this session's. */
export function foregroundGroup(file: number): number | undefined {
  const group = new Int32Array(1);
  return call("ioctl", file, TIOCGPGRP, group) === 0 ? group[0] : undefined;
}

/** Puts a group into the foreground of a terminal; whether that was possible. */
export function setForegroundGroup(file: number, group: number): boolean {
  return call("ioctl", file, TIOCSPGRP, Int32Array.of(group)) === 0;
}

/** Whether there is a file of this name, which is a C string. */
export function exists(name: Uint8Array<ArrayBuffer>): boolean {
  return call("faccessat", AT_FDCWD, name, F_OK) === 0;
}

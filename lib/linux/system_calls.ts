import { errnoOf, syscall, syscallAside, type Word } from "./libc.ts";

/**
 * The numbers of system calls (syscalls(2)). They are made by number, since each function of the C
 * library that is opened costs a fifth of a millisecond on the way to the command. aarch64 has only
 * those of asm-generic/unistd.h: no access and no getpgrp.
 */
const NUMBERS = {
  x86_64: {
    rt_sigaction: 13,
    rt_sigprocmask: 14,
    ioctl: 16,
    execve: 59,
    exit_group: 231,
    wait4: 61,
    waitid: 247,
    getpeername: 52,
    setsockopt: 54,
    kill: 62,
    getpgid: 121,
    getsid: 124,
    rt_sigpending: 127,
    rt_sigtimedwait: 128,
    prctl: 157,
    faccessat: 269,
    read: 0,
    write: 1,
    close: 3,
    fstat: 5,
    sendfile: 40,
    sendto: 44,
    fcntl: 72,
    flock: 73,
    fsync: 74,
    fchmod: 91,
    getdents64: 217,
    inotify_add_watch: 254,
    inotify_rm_watch: 255,
    openat: 257,
    ppoll: 271,
    tee: 276,
    pipe2: 293,
    mkdirat: 258,
    newfstatat: 262,
    unlinkat: 263,
    renameat: 264,
    inotify_init1: 294,
  },
  aarch64: {
    rt_sigaction: 134,
    rt_sigprocmask: 135,
    ioctl: 29,
    execve: 221,
    exit_group: 94,
    wait4: 260,
    waitid: 95,
    getpeername: 205,
    setsockopt: 208,
    kill: 129,
    getpgid: 155,
    getsid: 156,
    rt_sigpending: 136,
    rt_sigtimedwait: 137,
    prctl: 167,
    faccessat: 48,
    read: 63,
    write: 64,
    close: 57,
    fstat: 80,
    sendfile: 71,
    sendto: 206,
    fcntl: 25,
    flock: 32,
    fsync: 82,
    fchmod: 52,
    getdents64: 61,
    inotify_add_watch: 27,
    inotify_rm_watch: 28,
    openat: 56,
    ppoll: 73,
    tee: 77,
    pipe2: 59,
    mkdirat: 34,
    newfstatat: 79,
    unlinkat: 35,
    renameat: 38,
    inotify_init1: 26,
  },
} as const;

export const numbers = NUMBERS[Deno.build.arch];

/** Makes a system call; what it takes and gives is that of its man page, and -1 is a failure. */
export function systemCall(name: keyof typeof numbers, ...args: readonly Word[]): number {
  return syscall(numbers[name], ...args);
}

/** Makes a system call that waits, in a thread of its own. */
export function callAside(name: keyof typeof numbers, ...args: readonly Word[]): Promise<number> {
  return syscallAside(numbers[name], ...args);
}

/** A system call that failed, and why (errno(3)). */
export class CallError extends Error {
  override readonly name = "CallError";

  constructor(readonly call: string, readonly errno: number) {
    super(`${call}: ${MEANINGS[errno] ?? `errno ${errno}`}`);
  }
}

/** errno.h: why calls on files fail. */
export const FileErrno = {
  EPERM: 1,
  ENOENT: 2,
  ENXIO: 6,
  EACCES: 13,
  EEXIST: 17,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  EMFILE: 24,
  ENOSPC: 28,
  EROFS: 30,
  ELOOP: 40,
} as const;

const MEANINGS: Readonly<Record<number, string>> = {
  [FileErrno.EPERM]: "not permitted",
  [FileErrno.ENOENT]: "it does not exist",
  [FileErrno.ENXIO]: "nobody is there",
  [FileErrno.EACCES]: "permission denied",
  [FileErrno.EEXIST]: "it is there already",
  [FileErrno.ENOTDIR]: "it is no folder",
  [FileErrno.EISDIR]: "it is a folder",
  [FileErrno.EINVAL]: "the kernel does not know that",
  [FileErrno.EMFILE]: "too many open files",
  [FileErrno.ENOSPC]: "no space is left",
  [FileErrno.EROFS]: "the file system is read-only",
  [FileErrno.ELOOP]: "it is a symbolic link",
};

/**
 * Makes a system call.
 *
 * @throws {CallError} if it fails
 */
export function must(name: keyof typeof numbers, ...args: readonly Word[]): number {
  let result = systemCall(name, ...args);
  if (result >= 0) return result;
  // Asked once more, it may succeed.
  const errno = errnoOf(() => result = systemCall(name, ...args));
  if (result >= 0) return result;
  throw new CallError(name, errno);
}

import { syscall, type Word } from "./libc.ts";

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
    wait4: 61,
    kill: 62,
    getpgid: 121,
    getsid: 124,
    rt_sigpending: 127,
    prctl: 157,
    faccessat: 269,
  },
  aarch64: {
    rt_sigaction: 134,
    rt_sigprocmask: 135,
    ioctl: 29,
    execve: 221,
    wait4: 260,
    kill: 129,
    getpgid: 155,
    getsid: 156,
    rt_sigpending: 136,
    prctl: 167,
    faccessat: 48,
  },
} as const;

const numbers = NUMBERS[Deno.build.arch];

/** Makes a system call; what it takes and gives is that of its man page, and -1 is a failure. */
export function call(name: keyof typeof numbers, ...args: readonly Word[]): number {
  return syscall(numbers[name], ...args);
}

/*
 * The process that becomes the command, made before the runtime has threads. So the command's number is
 * the one after koordinator's own, the same at every start of a container, and no thread of a later run
 * ever has it: a program that finds the number of its crashed predecessor in a file would take it for
 * alive (kill(2) tells of threads as well).
 *
 * It is a fork of this loader, in which nothing else is mapped yet, and has all that the command is to
 * find: arguments, environment, working folder, ignored signals, mask. It waits on a socket for the file
 * to execute (lib/process/held.ts), and ends when the other end is closed.
 */
#include "loader.h"

enum {
  AF_UNIX = 1,
  SOCK_SEQPACKET = 5,
  PR_SET_NAME = 15,
  TIOCSPGRP = 0x5410,
};

/* How long the program waits for an answer: a process that somebody has stopped gives none. */
#define PATIENCE_SECONDS 10

/* What the program sends where there is no command: one byte. */
#define NO_COMMAND 1

/* What it sends before it wakes who may have been stopped: two bytes, and then what is meant. */
#define WAKE 2

/* And else: whether the terminal passes to the command, and the file, a C string. */
struct order {
  char foreground;
  char file[PATH_MAX];
};

static void drop_pending(uint64_t all) {
  const uint64_t no_time[2] = { 0, 0 };
  while (!failed(call(SYS_rt_sigtimedwait, (long)&all, 0, (long)no_time, sizeof all, 0, 0))) continue;
}

/* Waits for the order, in a group of its own, where no key of the terminal reaches it. */
__attribute__((noreturn)) static void wait_held(long socket, char **argv, uintptr_t *environment, uint64_t mask) {
  uint64_t all = ~0UL;
  call(SYS_rt_sigprocmask, SIG_SETMASK, (long)&all, 0, sizeof all, 0, 0);
  call(SYS_setpgid, 0, 0, 0, 0, 0, 0);
  call(SYS_prctl, PR_SET_NAME, (long)"koordinator cmd", 0, 0, 0, 0);
  for (;;) {
    struct order order;
    long length = call(SYS_read, socket, (long)&order, sizeof order, 0, 0, 0);
    if (length == -EINTR || length == WAKE) continue;
    if (length <= NO_COMMAND) call(SYS_exit_group, 0, 0, 0, 0, 0, 0);
    /* what was sent to it was not meant for a command that did not run */
    drop_pending(all);
    long group = call(SYS_getpid, 0, 0, 0, 0, 0, 0);
    int foreground = (int)group;
    if (order.foreground) call(SYS_ioctl, 0, TIOCSPGRP, (long)&foreground, 0, 0, 0);
    call(SYS_rt_sigprocmask, SIG_SETMASK, (long)&mask, 0, sizeof mask, 0, 0);
    int error = (int)call(SYS_execve, (long)order.file, (long)argv, (long)environment, 0, 0, 0);
    call(SYS_rt_sigprocmask, SIG_SETMASK, (long)&all, 0, sizeof all, 0, 0);
    call(SYS_write, socket, (long)&error, sizeof error, 0, 0, 0);
  }
}

/* A descriptor that is not below 3, where it would be somebody's stdio. */
static long moved_up(long fd) {
  if (fd >= 3) return fd;
  long higher = call(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 3, 0, 0, 0);
  call(SYS_close, fd, 0, 0, 0, 0, 0);
  return higher;
}

/* Whether there is a command that a spec may ask more for than a hand-over. What runs beside a command,
 * and is killed when it takes too long, would leave the process to a command that may collect nobody. */
int is_supervisor(uintptr_t *stack, uintptr_t *environment) {
  char **argv = (char **)(stack + 2);
  if (stack[0] < 2 || (argv[0][0] == '-' && !equal(argv[0], "--"))) return 0;
  if (equal(argv[0], "probe") || equal(argv[0], "status")) return 0;
  if (is_switched_off(environment)) return 0;
  return variable(environment, "KOORDINATOR_SPEC") != NULL ||
         variable(environment, "KOOORDINATOR_SPEC") != NULL ||
         variable(environment, "KOORDINATOR_READINESS") != NULL;
}

/*
 * Makes it. Without one the command is launched as any other process is, so nothing that fails here is
 * told.
 *
 * Returns its number in the upper half and the descriptor of the socket in the lower one, or 0.
 */
uint64_t hold_command(uintptr_t *stack, uintptr_t *environment, uint64_t mask) {
  char **argv = (char **)(stack + 2);
  if (equal(argv[0], "--")) argv++;
  int ends[2];
  if (failed(call(SYS_socketpair, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, (long)ends, 0, 0))) return 0;
  long ours = moved_up(ends[0]), theirs = moved_up(ends[1]);
  long pid = failed(ours) || failed(theirs) ? -1 : call(SYS_clone, SIGCHLD, 0, 0, 0, 0, 0);
  if (pid == 0) {
    call(SYS_close, ours, 0, 0, 0, 0, 0);
    wait_held(theirs, argv, environment, mask);
  }
  call(SYS_close, theirs, 0, 0, 0, 0, 0);
  if (failed(pid)) {
    call(SYS_close, ours, 0, 0, 0, 0, 0);
    return 0;
  }
  const uint64_t patience[2] = { PATIENCE_SECONDS, 0 };
  call(SYS_setsockopt, ours, SOL_SOCKET, SO_RCVTIMEO, (long)patience, sizeof patience, 0);
  return (uint64_t)pid << 32 | (uint64_t)ours;
}

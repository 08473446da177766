/*
 * Time zero is the return of the program's first system call after exec, seen by ptrace(2), which lets
 * it run alone from there on. Nothing earlier would be honest: between the end of exec and the first
 * instruction the kernel still kills an ordinary process, and drops a signal to PID 1, whatever the
 * program is. Where exec is told by the end of a pipe that is close-on-exec, that happens to two of a
 * hundred signals sent at once, even if blocking them all is the program's first instruction.
 *
 * From there on the program's own time counts, what it has used of the processor: so a moment is the same
 * place of a start, however slow the machine is and whatever else it does.
 */
#define _GNU_SOURCE
#include "sweep_run.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* How long a run may last after the signal: by far longer than on a machine that is busy. */
#define PATIENCE_SECONDS 30

/* What has used nothing of the processor for so long has come to rest, or else is signalled early for once. */
#define REST_MICROSECONDS 20000

static void become(const struct program *program, int out, int err) {
  if (program->init && (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
                        mount("proc", "/proc", "proc", 0, NULL)))
    give_up("mount");
  int in = open("/dev/null", O_RDONLY);
  if (in < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0) give_up("dup2");
  close(in);
  if (ptrace(PTRACE_TRACEME, 0, NULL, NULL)) give_up("ptrace");
  execv(program->argv[0], program->argv);
  _exit(126);
}

static void await_stop(pid_t pid) {
  int status;
  if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status)) give_up("waiting for the first system call");
}

/* Whether SIGTERM is blocked (SigBlk of /proc/PID/status); not after the end. */
static bool blocks_sigterm(pid_t pid) {
  char path[64], text[4096];
  snprintf(path, sizeof path, "/proc/%d/status", pid);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t length = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
  if (fd >= 0) close(fd);
  text[length > 0 ? length : 0] = 0;
  const char *blocked = strstr(text, "SigBlk:");
  return blocked != NULL && (strtoul(blocked + 7, NULL, 16) >> (SIGTERM - 1) & 1);
}

/* What the program has used of the processor, all its threads; much when it has ended. */
static long microseconds_used(pid_t pid) {
  clockid_t clock;
  struct timespec used;
  if (clock_getcpuclockid(pid, &clock) || clock_gettime(clock, &used)) return LONG_MAX;
  return used.tv_sec * 1000000 + used.tv_nsec / 1000;
}

static void await_zero(struct run *run) {
  await_stop(run->pid); /* exec itself */
  for (int i = 0; i < 2; i++) { /* the first system call's entry and return */
    if (ptrace(PTRACE_SYSCALL, run->pid, NULL, NULL)) give_up("ptrace");
    await_stop(run->pid);
  }
  run->blocked_at_zero = blocks_sigterm(run->pid);
  run->used_at_zero = microseconds_used(run->pid);
  if (ptrace(PTRACE_DETACH, run->pid, NULL, NULL)) give_up("ptrace");
}

static struct timespec after(struct timespec from, long microseconds) {
  from.tv_nsec += microseconds % 1000000 * 1000L;
  from.tv_sec += microseconds / 1000000 + from.tv_nsec / 1000000000L;
  from.tv_nsec %= 1000000000L;
  return from;
}

static long milliseconds_until(struct timespec then) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (then.tv_sec - now.tv_sec) * 1000 + (then.tv_nsec - now.tv_nsec) / 1000000;
}

/* Waits until the program has used so much of the processor, or comes to rest before. */
static void await_used(pid_t pid, long microseconds) {
  long rested = 0, last = -1;
  for (long used; rested < REST_MICROSECONDS && (used = microseconds_used(pid)) < microseconds; last = used) {
    /* it has several threads */
    long pause = (microseconds - used) / 2;
    pause = pause < 30 ? 30 : pause > 5000 ? 5000 : pause;
    rested = used == last ? rested + pause : 0;
    const struct timespec wait = {0, pause * 1000};
    nanosleep(&wait, NULL);
  }
}

/*
 * Whether the kernel keeps SIGTERM for PROGRAM: it blocks it, and has not become the command. From the
 * moment at which it ends the block, to leave the command its own mask, nobody can.
 */
static bool on_guard(const struct program *program, pid_t pid) {
  char path[64], target[4096];
  snprintf(path, sizeof path, "/proc/%d/exe", pid);
  ssize_t length = readlink(path, target, sizeof target - 1);
  if (length < 0) return true; /* it has ended, by this very signal */
  target[length] = 0;
  return strcmp(target, program->argv[0]) == 0 && blocks_sigterm(pid);
}

/* Takes what a pipe holds, false at its end. */
static bool take(int fd, char *text, size_t *length, size_t size) {
  ssize_t count = read(fd, text + *length, size - 1 - *length);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return true;
  if (count <= 0) return false;
  *length += (size_t)count;
  text[*length] = 0;
  return true;
}

/* Waits for the end, with patience. A command that is up, and in PROGRAM's place, is asked. */
static void await_end(const struct program *program, struct run *run) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  struct timespec deadline = after(now, PATIENCE_SECONDS * 1000000L);
  struct pollfd polled[] = {{run->pidfd, POLLIN, 0}, {run->out, POLLIN, 0}, {run->err, POLLIN, 0}};
  bool asked = false;
  for (long left; (left = milliseconds_until(deadline)) > 0;) {
    if (poll(polled, 3, (int)left) < 0 && errno != EINTR) give_up("poll");
    if (polled[1].revents && !take(run->out, run->said, &run->said_length, sizeof run->said))
      polled[1].fd = -1;
    if (polled[2].revents &&
        !take(run->err, run->complained, &run->complained_length, sizeof run->complained))
      polled[2].fd = -1;
    if (program->becomes && !asked && strstr(run->said, "up\n")) {
      asked = true;
      kill(run->pid, SIGUSR1);
    }
    if (polled[0].revents) {
      run->ended = true;
      break;
    }
  }
  if (!run->ended) kill(run->pid, SIGKILL);
  if (waitpid(run->pid, &run->status, 0) != run->pid) give_up("waitpid");
  /* its last words */
  take(run->out, run->said, &run->said_length, sizeof run->said);
  take(run->err, run->complained, &run->complained_length, sizeof run->complained);
}

/* This process is a subreaper: whatever a run left behind is its child now. */
static unsigned remove_leftovers(void) {
  unsigned alive = 0;
  for (pid_t pid; (pid = waitpid(-1, NULL, WNOHANG)) >= 0;) {
    if (pid > 0) continue; /* it had ended already */
    char path[64], pids[4096] = "";
    snprintf(path, sizeof path, "/proc/self/task/%d/children", getpid());
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || read(fd, pids, sizeof pids - 1) < 0) give_up(path);
    close(fd);
    char *rest = pids;
    for (char *word; (word = strtok_r(rest, " ", &rest)) != NULL; alive++) {
      kill(atoi(word), SIGKILL);
      waitpid(atoi(word), NULL, 0);
    }
  }
  return alive;
}

static void finish(struct run *run) {
  run->leftovers = remove_leftovers();
  close(run->out), close(run->err), close(run->pidfd);
}

static void start(const struct program *program, struct run *run) {
  int out[2], err[2];
  if (pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC)) give_up("pipe2");
  long flags = SIGCHLD | (program->init ? CLONE_NEWPID | CLONE_NEWNS : 0);
  run->pid = (pid_t)syscall(SYS_clone, flags, 0, 0, 0, 0);
  if (run->pid < 0) give_up("clone");
  if (run->pid == 0) become(program, out[1], err[1]);
  close(out[1]), close(err[1]);
  run->out = out[0], run->err = err[0];
  fcntl(run->out, F_SETFL, O_NONBLOCK), fcntl(run->err, F_SETFL, O_NONBLOCK);
  run->pidfd = (int)syscall(SYS_pidfd_open, run->pid, 0);
  if (run->pidfd < 0) give_up("pidfd_open");
  await_zero(run);
}

struct run run_once(const struct program *program, long microseconds) {
  struct run run = {0};
  start(program, &run);
  await_used(run.pid, run.used_at_zero + microseconds);
  kill(run.pid, SIGTERM);
  /* What never blocked SIGTERM was never on guard: all that it loses is its own loss. */
  run.guarded = !program->init || !run.blocked_at_zero || on_guard(program, run.pid);
  await_end(program, &run);
  finish(&run);
  return run;
}

long used_until_up(const struct program *program) {
  struct run run = {0};
  start(program, &run);
  struct pollfd polled = {run.out, POLLIN, 0};
  while (strstr(run.said, "up\n") == NULL) {
    if (poll(&polled, 1, PATIENCE_SECONDS * 1000) <= 0) give_up("waiting for the command");
    if (!take(run.out, run.said, &run.said_length, sizeof run.said)) give_up("the command's first word");
  }
  long used = microseconds_used(run.pid) - run.used_at_zero;
  kill(run.pid, SIGTERM);
  await_end(program, &run);
  finish(&run);
  return used;
}

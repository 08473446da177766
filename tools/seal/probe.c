/*
 * `koordinator probe`, answered before there is a runtime: the kubelet asks it as often as each second,
 * of a container that may have a twentieth of a processor, and waits one second. What is not plain is left to
 * the program (lib/cli/probe.ts), which says the same of all that is answered here.
 */
#include "port.h"
#include "self.h"

enum {
  S_IFMT = 0170000,
  S_IFREG = 0100000,
  O_NOCTTY = 0400,
  AT_SYMLINK_NOFOLLOW = 0x100,
  AT_EMPTY_PATH = 0x1000,
  STATX_TYPE = 1,
  F_OFD_GETLK = 36,
  F_RDLCK = 0,
  F_UNLCK = 2,
};

/* asm-generic/fcntl.h */
struct flock {
  short type, whence;
  int64_t start, length;
  int pid;
};

/* Opens the state directory: what was set, or what lies beside the executable. No link is followed. */
static long open_folder(const char *configured) {
  static const char beside[] = ".koordinator";
  char path[PATH_MAX];
  if (configured == NULL) {
    long length = call(SYS_readlinkat, AT_FDCWD, (long)"/proc/self/exe", (long)path, sizeof path - sizeof beside, 0, 0);
    if (failed(length)) return length;
    while (length > 0 && path[length - 1] != '/') length--;
    copy(path + length, beside, sizeof beside);
    configured = path;
  }
  return call(SYS_openat, AT_FDCWD, (long)configured, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0, 0, 0);
}

/* Opens a regular file: nothing else is even opened, which would do something to a device. */
static long open_file(long folder, const char *name, const char *suffix) {
  char path[LONGEST_NAME + 9];
  size_t length = length_of(name);
  copy(path, name, length);
  copy(path + length, suffix, length_of(suffix) + 1);
  struct statx status;
  long error = call(SYS_statx, folder, (long)path, AT_SYMLINK_NOFOLLOW, STATX_TYPE, (long)&status, 0);
  if (failed(error)) return error;
  if ((status.mode & S_IFMT) != S_IFREG) return -EACCES;
  long fd = call(SYS_openat, folder, (long)path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC, 0, 0, 0);
  if (failed(fd)) return fd;
  error = call(SYS_statx, fd, (long)"", AT_EMPTY_PATH, STATX_TYPE, (long)&status, 0);
  if (!failed(error) && (status.mode & S_IFMT) == S_IFREG) return fd;
  call(SYS_close, fd, 0, 0, 0, 0, 0);
  return -EACCES;
}

/* Reads a file, of which less than the room was used. */
static int read_file(long fd, char *room, size_t size, struct text *text) {
  *text = (struct text){ room, 0 };
  for (;;) {
    long got = call(SYS_read, fd, (long)(room + text->length), (long)(size - text->length), 0, 0, 0);
    if (got == -EINTR) continue;
    if (failed(got)) return 0;
    if (got == 0) return text->length < size;
    text->length += (size_t)got;
  }
}

/* Whether somebody holds the lock of a report: 1, 0, or an error where there are no such locks. */
static long is_locked(long fd) {
  struct flock lock = { .type = F_RDLCK };
  long error = call(SYS_fcntl, fd, F_OFD_GETLK, (long)&lock, 0, 0, 0);
  return failed(error) ? error : lock.type != F_UNLCK;
}

/* Whether PID 1 is another program: the command, since nobody reports. */
static int is_command_pid1(void) {
  char own[PATH_MAX], other[PATH_MAX];
  long length = call(SYS_readlinkat, AT_FDCWD, (long)"/proc/self/exe", (long)own, sizeof own, 0, 0);
  long others = call(SYS_readlinkat, AT_FDCWD, (long)"/proc/1/exe", (long)other, sizeof other, 0, 0);
  if (failed(length) || failed(others)) return 0;
  return !are_equal((struct text){ own, (size_t)length }, (struct text){ other, (size_t)others });
}

__attribute__((noreturn)) static void answer(long code) {
  for (;;) call(SYS_exit_group, code, 0, 0, 0, 0, 0);
}

/* One line on stderr, and a failure; returns if there is no room for it. */
static void answer_not(struct text line, size_t room) {
  if (!add(&line, room, TEXT("\n"))) return;
  call(SYS_write, 2, (long)line.at, (long)line.length, 0, 0, 0);
  answer(1);
}

/* Says what is missing; returns if that is not understood. */
static void answer_held(long folder, const char *name, struct text since) {
  char room[4096], text[16384];
  struct text line = { room, 0 }, status;
  long fd = open_file(folder, name, ".status");
  if (failed(fd)) return;
  int understood = read_file(fd, text, sizeof text, &status);
  call(SYS_close, fd, 0, 0, 0, 0, 0);
  if (!understood) return;
  add(&line, sizeof room, TEXT("koordinator: the command is waiting"));
  struct text missing = { room + line.length, sizeof room - line.length };
  if (!read_missing(status, name, since, &missing)) return;
  line.length += missing.length;
  answer_not(line, sizeof room);
}

/* The command runs: asks what is to be asked of it. Returns if that is not plain. */
static void answer_running(const struct question *asked) {
  if (asked->port == 0) answer(0);
  const char *shut = ask_port(asked);
  if (shut == NULL) return;
  if (*shut == 0) answer(0);
  char room[128];
  struct text line = { room, 0 };
  if (add(&line, sizeof room, TEXT("koordinator: the command runs, but on port ")) &&
      add(&line, sizeof room, asked->digits) && add(&line, sizeof room, TEXT(": ")) &&
      add(&line, sizeof room, (struct text){ shut, length_of(shut) }))
    answer_not(line, sizeof room);
}

/* By this container's report, if there is one and its writer lives. Returns if it is not understood. */
static void answer_by(long report_file, long folder, const struct self *self, const struct question *asked) {
  char text[16384 + 1];
  struct text whole;
  struct report report;
  long alive = failed(report_file) ? 0 : is_locked(report_file);
  if (failed(alive)) return;
  if (!alive) {
    if (is_command_pid1()) answer_running(asked);
    return;
  }
  if (!read_file(report_file, text, sizeof text, &whole)) return;
  if (!read_report(whole, self->name, (struct text){ self->uid, length_of(self->uid) }, &report)) return;
  if (are_equal(report.phase, TEXT("waiting"))) answer_held(folder, self->name, report.at);
  else if (are_equal(report.phase, TEXT("running")) || are_equal(report.phase, TEXT("stopping")))
    answer_running(asked);
}

/* Not inlined: what stands on its stack is on nobody else's. */
__attribute__((noinline)) static void answer_asked(const struct question *asked, uintptr_t *environment) {
  const char *container, *path;
  struct self self;
  if (!read_setting(environment, "KOORDINATOR_CONTAINER_NAME", &container)) return;
  if (!read_setting(environment, "KOORDINATOR_STATE_DIR", &path)) return;
  if (!read_self(container, &self)) return;
  long file = -ENOENT, folder = -ENOENT;
  if (self.name[0] != 0) folder = open_folder(path);
  if (!failed(folder)) file = open_file(folder, self.name, ".json");
  if (!failed(file) || file == -ENOENT) answer_by(file, folder, &self, asked);
  /* the program begins as if nobody had asked here */
  if (!failed(file)) call(SYS_close, file, 0, 0, 0, 0, 0);
  if (!failed(folder)) call(SYS_close, folder, 0, 0, 0, 0, 0);
}

void answer_probe(uintptr_t *stack, uintptr_t *environment) {
  const char *const *words = (const char *const *)(stack + 2);
  struct question asked;
  if (stack[0] < 2 || !equal(words[0], "probe")) return;
  if (read_question(words + 1, stack[0] - 2, &asked)) answer_asked(&asked, environment);
}

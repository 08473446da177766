/* What the parts of the loader have in common. */
#pragma once
#include <elf.h>
#include <stddef.h>
#include <stdint.h>

#include "cpu.h"

#define MAX_LIBRARIES 12
#define SMALL_PAGE 4096UL /* of x86_64 */

/* loader_config.ts fills it: its CONFIG has the same names in the same order. */
struct config {
  uint64_t magic;
  uint64_t segment_address; /* link-time address of the segment that all of this is in */
  uint64_t segment_offset; /* where it lies in the executable */
  uint64_t names; /* offset of the page-aligned string table that ld.so reads, and its size */
  uint64_t names_size;
  uint64_t runtime_handler; /* offset of signals.c's few words among the names, where it may write */
  uint64_t dynamic; /* link-time address of the program's dynamic section */
  uint64_t program_entry; /* link-time entry of the program */
  uint64_t interpreter; /* offset of ld.so in this segment */
  uint64_t blocked_signals; /* bit n - 1 is signal n */
  uint64_t ending_signals; /* those that are to end PID 1 on the way to the command */
  uint64_t runs; /* offset of the table of pages.c */
  uint64_t run_count;
  uint64_t ranges; /* offset of the table of reading.c */
  uint64_t range_count;
  uint64_t payload; /* where in the executable lies what was appended to it: payload.c */
  uint64_t from_space; /* from_space.c: the flags of what V8 has copied from, or 0 */
  uint64_t jitless; /* link-time addresses of the names that compilers.c changes, or 0 */
  uint64_t idle_flag;
  uint64_t library_count;
  struct {
    uint64_t offset, size; /* in this segment */
    uint64_t digits; /* offset of the slot in which the descriptor's number goes */
  } libraries[MAX_LIBRARIES];
  uint64_t end; /* loader_config.ts looks whether its idea of this structure ends here as well */
};
_Static_assert(sizeof(struct config) % sizeof(uint64_t) == 0, "loader_config.ts writes words");

/* reached without a table of addresses, which nobody would fill */
#pragma GCC visibility push(hidden)

extern volatile const struct config config;

/* errno.h, fcntl.h, limits.h, mman.h, signal.h and socket.h: the same on x86_64 and arm64 */
enum {
  ENOENT = 2,
  EINTR = 4,
  EAGAIN = 11,
  ENOMEM = 12,
  EACCES = 13,
  EFAULT = 14,
  EEXIST = 17,
  ENFILE = 23,
  EMFILE = 24,
  EFBIG = 27,
  ENAMETOOLONG = 36,
  AT_FDCWD = -100,
  PATH_MAX = 4096,
  O_RDONLY = 0,
  O_WRONLY = 1,
  O_RDWR = 2,
  O_CREAT = 0100,
  O_EXCL = 0200,
  O_NONBLOCK = 04000,
  O_CLOEXEC = 02000000,
  SEEK_END = 2,
  F_DUPFD_CLOEXEC = 1030,
  MFD_CLOEXEC = 1,
  MFD_NOEXEC_SEAL = 8,
  PROT_READ = 1,
  PROT_WRITE = 2,
  PROT_EXEC = 4,
  MADV_RANDOM = 1,
  MADV_WILLNEED = 3,
  MADV_DONTNEED = 4,
  MADV_DONTDUMP = 16,
  MAP_PRIVATE = 2,
  MAP_FIXED = 16,
  MAP_ANONYMOUS = 32,
  SOCK_CLOEXEC = 02000000,
  SOL_SOCKET = 1,
  SO_RCVTIMEO = 20,
  SIG_BLOCK = 0,
  SIG_SETMASK = 2,
  SIG_DFL = 0,
  SIG_IGN = 1,
  SIGCHLD = 17,
  SIGRTMIN = 34,
  SIGRTMAX = 64,
};

/* bit n - 1 is signal n; glibc keeps two for itself */
#define REAL_TIME (~0UL << (SIGRTMIN - 1))

/* linux/stat.h */
struct statx {
  uint32_t mask, block_size;
  uint64_t attributes;
  uint32_t links, uid, gid;
  uint16_t mode, spare;
  uint64_t rest[28];
};
_Static_assert(sizeof(struct statx) == 256, "what statx(2) fills");

static inline int failed(long result) { return result < 0 && result > -4096; }

static inline size_t length_of(const char *text) {
  size_t length = 0;
  while (text[length] != 0) length++;
  return length;
}

static inline void copy(char *to, const char *from, size_t length) {
  for (size_t i = 0; i < length; i++) to[i] = from[i];
}

static inline int equal(const char *one, const char *other) {
  while (*one != 0 && *one == *other) one++, other++;
  return *one == *other;
}

static inline int are_equal_pages(const char *one, const char *other) {
  const uint64_t *words = (const uint64_t *)one, *others = (const uint64_t *)other;
  for (size_t i = 0; i < SMALL_PAGE / sizeof *words; i++)
    if (words[i] != others[i]) return 0;
  return 1;
}

/* Where the segment lies: its first instruction is this one. */
extern char _start[];
static inline char *segment_start(void) { return _start; }

/* Called by the program, which finds them in the auxiliary vector: pages.c, from_space.c, end.c; signals.c: handlers
 * that end PID 1 until it is the command, that keep real-time signals for the program, or no more, and
 * that keep errno */
long share_pages(void);
long drop_pages(void);
long drop_from_space(void);
long close_libraries(void);
long let_signals_end_pid1(void);
long keep_real_time_signals(void);
long forget_real_time_signals(void);
long keep_errno_in_handlers(uintptr_t errno_location);

/* signals.c: without the handlers that end PID 1: nothing else has one right after exec */
uint64_t ignored_signals(void);
void ignore(int signal);
void drop_signals_for_pid1(void);

/* pages.c: whether a word can be read. The kernel reads the set before it finds that -1 is no way to use it. */
int is_readable(uintptr_t at);

/* payload.c */
long share_payload(long executable);

/* reading.c: madvise(2) for whole pages; and how the program is read, before any of it is touched */
void advise(uintptr_t from, size_t size, long advice);
void read_in_order(const Elf64_Phdr *program, size_t count);

/* loader.c: ends the process with one line on stderr */
__attribute__((noreturn)) void die(long code, const char *step, const char *remedy);
__attribute__((noreturn)) static inline void fail(const char *step, const char *remedy) {
  die(125, step, remedy);
}

/* hand_over.c */
void exec_ignoring_sigchld(uintptr_t *stack, uintptr_t *environment, uint64_t mask);
void hand_over(uintptr_t *stack, uintptr_t *environment, uint64_t mask);

/* search.c */
char **command_of(size_t argc, char **argv);
int is_path(const char *word);
const char *write_candidate(char *room, const char *path, const char *word);

#define MORE_MEMORY "raise the memory limit of the container, or RLIMIT_AS"
#define MORE_FILES "raise the limit of open files (RLIMIT_NOFILE): 32 will do"

/* limits.c: gives up where the runtime could not live; another stack if the kernel's is too small, its
 * end, else NULL; and whether a supervisor's threads can be had, 0 or an error */
void check_limits(long executable);
char *own_stack(void);
long try_threads(void);

/* probe.c: ends the process where it is asked what is plain, else returns */
void answer_probe(uintptr_t *stack, uintptr_t *environment);

/* held.c */
int is_supervisor(uintptr_t *stack, uintptr_t *environment);
uint64_t hold_command(uintptr_t *stack, uintptr_t *environment, uint64_t mask);

/* compilers.c */
void let_compile(uintptr_t *stack, uintptr_t name, uintptr_t idle);

/* environment.c: the value of a variable, or NULL; whether one has to do with koordinator; whether one
 * says plainly that nothing is asked; and those that the program finds, a NULL at their end, with their
 * number (`to` may be NULL) */
const char *variable(uintptr_t *environment, const char *name);
int is_configured(uintptr_t *environment);
int is_switched_off(uintptr_t *environment);
size_t own_environment(uintptr_t *to, uintptr_t *environment);

/* initial_stack.c: what the kernel has laid on the stack, and our entries of the auxiliary vector */
struct initial_stack {
  size_t argc;
  uintptr_t *argv, *environment;
  Elf64_auxv_t *aux;
};
#define ADDED 14
size_t room_for_initial_stack(const struct initial_stack *of);
void make_initial_stack(uintptr_t *to, const struct initial_stack *of, const Elf64_auxv_t *added);

#pragma GCC visibility pop

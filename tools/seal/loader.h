/* What the parts of the loader have in common. */
#include <elf.h>
#include <stddef.h>
#include <stdint.h>

#include "cpu.h"

#define MAX_LIBRARIES 12
#define SMALL_PAGE 4096UL /* of x86_64 */

/* seal.ts fills it. */
struct config {
  uint64_t magic;
  uint64_t segment_address; /* link-time address of the segment that all of this is in */
  uint64_t segment_offset; /* where it lies in the executable */
  uint64_t names; /* offset of the page-aligned string table that ld.so reads, and its size */
  uint64_t names_size;
  uint64_t program_entry; /* link-time entry of the program */
  uint64_t interpreter; /* offset of ld.so in this segment */
  uint64_t blocked_signals; /* bit n - 1 is signal n */
  uint64_t ending_signals; /* those that are to end PID 1 on the way to the command */
  uint64_t runs; /* offset of the table of pages.c */
  uint64_t run_count;
  uint64_t library_count;
  struct {
    uint64_t offset, size; /* in this segment */
    uint64_t digits; /* offset of the slot in which the descriptor's number goes */
  } libraries[MAX_LIBRARIES];
};

/* reached without a table of addresses, which nobody would fill */
#pragma GCC visibility push(hidden)

extern volatile const struct config config;

/* errno.h, fcntl.h, mman.h and signal.h: the same on x86_64 and arm64 */
enum {
  ENOENT = 2,
  ENOMEM = 12,
  EACCES = 13,
  EFAULT = 14,
  EEXIST = 17,
  ENFILE = 23,
  EMFILE = 24,
  EFBIG = 27,
  ENAMETOOLONG = 36,
  AT_FDCWD = -100,
  O_RDONLY = 0,
  O_RDWR = 2,
  O_CREAT = 0100,
  O_EXCL = 0200,
  O_CLOEXEC = 02000000,
  F_DUPFD_CLOEXEC = 1030,
  MFD_CLOEXEC = 1,
  MFD_NOEXEC_SEAL = 8,
  PROT_READ = 1,
  PROT_WRITE = 2,
  PROT_EXEC = 4,
  MAP_PRIVATE = 2,
  MAP_FIXED = 16,
  MAP_ANONYMOUS = 32,
  SIG_BLOCK = 0,
  SIG_SETMASK = 2,
  SIG_DFL = 0,
  SIG_IGN = 1,
  SIGPIPE = 13,
  SIGCHLD = 17,
};

static inline int failed(long result) { return result < 0 && result > -4096; }

static inline size_t length_of(const char *text) {
  size_t length = 0;
  while (text[length] != 0) length++;
  return length;
}

static inline void copy(char *to, const char *from, size_t length) {
  for (size_t i = 0; i < length; i++) to[i] = from[i];
}

/* Where the segment lies: its first instruction is this one. */
extern char _start[];
static inline char *segment_start(void) { return _start; }

/* pages.c and end.c: called by the program, which finds them in the auxiliary vector */
long share_pages(void);
long close_libraries(void);
void end_by_signal(int signal);

/* loader.c: ends the process with one line on stderr */
__attribute__((noreturn)) void give_up(long code, const char *step, const char *remedy);
__attribute__((noreturn)) static inline void fail(const char *step, const char *remedy) {
  give_up(125, step, remedy);
}

/* become.c */
int is_ignored(int signal);
void become_ignoring_sigchld(uintptr_t *stack, uintptr_t *environment, uint64_t mask);
void become(uintptr_t *stack, uintptr_t *environment, uint64_t mask);

/* vector.c; our entries of the auxiliary vector */
#define ADDED 4
size_t room_for(uintptr_t *stack, Elf64_auxv_t *end);
void extend(uintptr_t *to, uintptr_t *stack, Elf64_auxv_t *end, const Elf64_auxv_t *added);

#pragma GCC visibility pop

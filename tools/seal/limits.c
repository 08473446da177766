/*
 * What the runtime needs of its surroundings. It ends by an abort, a panic or a fault where it is missed;
 * here each is asked for beforehand, and told in one line with the remedy.
 */
#include "loader.h"

/* V8 reserves 32 GiB of addresses before it uses any; heaps and libraries lie beside them. */
#define ADDRESSES ((32UL << 30) + (400UL << 20))

/* What a supervisor may fill while it starts, twice over. */
#define WRITABLE (32UL << 20)

/* 32 descriptors will do for all that a supervisor holds, five of which are open already. */
#define DESCRIPTORS 27

/* V8 takes it that there is one MiB below it; the runtime has that again. */
#define STACK (2UL << 20)

/* Threads of a supervisor: for signals, files, names and a folder that is watched. */
#define THREADS 4

/* How long somebody else's end is waited for where no process is left, in tries of 50 milliseconds. */
#define TRIES 20

enum {
  ERANGE = 34,
  RLIMIT_STACK = 3,
  CLONE_VM = 0x100,
  CLONE_VFORK = 0x4000,
  MAP_NORESERVE = 0x4000,
  WALL = 0x40000000,
};

static void need_room(size_t size, long protection, const char *remedy) {
  long mapped = call(SYS_mmap, 0, (long)size, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (failed(mapped)) fail("reserving memory", remedy);
  call(SYS_munmap, mapped, (long)size, 0, 0, 0, 0);
}

static void need_descriptors(long file) {
  long taken[DESCRIPTORS];
  int count = 0;
  while (count < DESCRIPTORS && !failed(taken[count] = call(SYS_fcntl, file, F_DUPFD_CLOEXEC, 3, 0, 0, 0))) count++;
  for (int i = 0; i < count; i++) call(SYS_close, taken[i], 0, 0, 0, 0, 0);
  if (count < DESCRIPTORS) fail("opening files", MORE_FILES);
}

static void need_folder(void) {
  char path[PATH_MAX];
  long length = call(SYS_getcwd, (long)path, sizeof path, 0, 0, 0, 0);
  if (length == -ERANGE) return;
  if (failed(length) || path[0] != '/')
    fail("looking for the working directory", "it was removed: start in one that is there (workingDir)");
}

void check_limits(long executable) {
  need_room(ADDRESSES, 0, "raise the limit of addresses (RLIMIT_AS): 34 GiB will do, most of which is not used");
  need_room(WRITABLE, PROT_READ | PROT_WRITE, "raise the limit of data (RLIMIT_DATA): 40 MiB will do");
  need_descriptors(executable);
  need_folder();
}

/* A stack that is large enough, its end; NULL if the kernel's own is. */
char *own_stack(void) {
  uint64_t limit[2];
  if (failed(call(SYS_prlimit64, 0, RLIMIT_STACK, 0, (long)limit, 0, 0)) || limit[0] >= STACK) return NULL;
  long mapped = call(SYS_mmap, 0, STACK + PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (failed(mapped)) fail("mapping a stack", MORE_MEMORY);
  /* what is below it is somebody else's */
  call(SYS_mprotect, mapped, PAGE, 0, 0, 0, 0);
  return (char *)mapped + PAGE + STACK;
}

/* Whether so many more processes or threads can be there at once; each waits for the next one. */
__attribute__((noinline)) static long try_processes(long count, volatile long *error) {
  if (count == 0) return 0;
  long pid = call(SYS_clone, CLONE_VM | CLONE_VFORK, 0, 0, 0, 0, 0);
  if (pid == 0) {
    try_processes(count - 1, error);
    for (;;) call(SYS_exit, 0, 0, 0, 0, 0, 0);
  }
  if (failed(pid)) *error = pid;
  else call(SYS_wait4, pid, 0, WALL, 0, 0, 0);
  return *error;
}

long try_threads(void) {
  const uint64_t moment[2] = { 0, 50000000 };
  uint64_t all = ~0UL, before;
  volatile long error = 0;
  call(SYS_rt_sigprocmask, SIG_SETMASK, (long)&all, (long)&before, sizeof all, 0, 0);
  for (int i = 0; i < TRIES; i++) {
    error = 0;
    if (try_processes(THREADS, &error) != -EAGAIN) break;
    call(SYS_nanosleep, (long)moment, 0, 0, 0, 0, 0);
  }
  call(SYS_rt_sigprocmask, SIG_SETMASK, (long)&before, 0, sizeof before, 0, 0);
  /* an emulator may know nothing of such children: that says nothing of threads */
  return error == -EAGAIN ? error : 0;
}

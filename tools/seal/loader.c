/*
 * Runs before everything else in a sealed executable: blocks the signals that would be lost or would
 * end the program before it can listen, gives the program its dynamic loader (ld.so) and libraries
 * out of the executable itself, then starts ld.so as the kernel would have, but on a stack of its own
 * making: with no variable that is meant for the command. It uses no library, and leaves the arguments,
 * the environment and /proc/self/exe as they were.
 *
 * seal.ts fills `config` and lays the files behind this code, all in one read-only segment. What
 * differs between processors is in cpu.h.
 */
#include "loader.h"

START;

#define PT_SEALED_INTERP 0x6b6f6f72u /* PT_INTERP, hidden from the kernel: see seal.ts */

/* Our entries of the auxiliary vector: the mask before ours, what was ignored (SIGPIPE is by Deno, later), where functions are that the program calls
 * (lib/process/loader.ts), and the original environment with its PATH (lib/linux/environment.ts). */
#define AT_SIGNAL_MASK 0x6b6f6f73u
#define AT_SHARE_PAGES 0x6b6f6f74u
#define AT_CLOSE_LIBRARIES 0x6b6f6f75u
#define AT_END_PID1 0x6b6f6f76u
#define AT_ENVIRONMENT 0x6b6f6f77u
#define AT_SEARCH_PATH 0x6b6f6f78u
#define AT_HELD_COMMAND 0x6b6f6f79u
#define AT_THREADS_ERROR 0x6b6f6f7au
#define AT_KEEP_REAL_TIME 0x6b6f6f7bu
#define AT_FORGET_REAL_TIME 0x6b6f6f7cu
#define AT_IGNORED_SIGNALS 0x6b6f6f7du
#define AT_DROP_PAGES 0x6b6f6f7eu
#define AT_KEEP_ERRNO 0x6b6f6f7fu
#define AT_DROP_FROM_SPACE 0x6b6f6f80u

/* It can never be blocked: its bit says that there is a mask. */
#define SIGKILL_BIT (1UL << 8)

__attribute__((section(".config"), used)) volatile const struct config config = {
  .magic = 0x4c4145534b4f4f4bUL, /* "KOOKSEAL" */
  .end = 0x444e45534b4f4f4bUL, /* "KOOKSEND" */
};

/* Text behind text in a line, as far as there is room. */
struct line {
  size_t length;
  char text[256];
};

static void append(struct line *line, const char *text) {
  size_t length = length_of(text), room = sizeof line->text - line->length;
  if (length > room) length = room;
  copy(line->text + line->length, text, length);
  line->length += length;
}

/*
 * Leaves a line where the kubelet looks for the reason of a container's end, unless something stands
 * there. Only as PID 1: who is executed beside the command does not end the container. A pod that names
 * another file is known to the program alone.
 */
static void leave_message(const char *line, long length) {
  if (call(SYS_getpid, 0, 0, 0, 0, 0, 0) != 1) return;
  call(SYS_close, 0, 0, 0, 0, 0, 0); /* no descriptor may be left */
  long fd = call(SYS_openat, AT_FDCWD, (long)"/dev/termination-log", O_WRONLY | O_NONBLOCK | O_CLOEXEC, 0, 0, 0);
  if (failed(fd) || call(SYS_lseek, fd, 0, SEEK_END, 0, 0, 0) != 0) return;
  call(SYS_write, fd, (long)line, length, 0, 0, 0);
}

__attribute__((noreturn)) void die(long code, const char *step, const char *remedy) {
  struct line line = { .length = 0 };
  const char *const parts[] = { "koordinator: loader: ", step, " failed: ", remedy, "\n" };
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) append(&line, parts[i]);
  /* one write, so that the line stays whole among those of other programs */
  call(SYS_write, 2, (long)line.text, (long)line.length, 0, 0, 0);
  leave_message(line.text, (long)line.length);
  for (;;) call(SYS_exit_group, code, 0, 0, 0, 0, 0);
}

static void protect(uintptr_t from, size_t length, long protection) {
  uintptr_t start = from & -PAGE;
  uintptr_t end = (from + length + PAGE - 1) & -PAGE;
  if (failed(call(SYS_mprotect, (long)start, (long)(end - start), protection, 0, 0, 0)))
    fail("mprotect", "allow it in the security profile of the container, or raise its memory limit");
}

static uintptr_t map(uintptr_t at, size_t length, long protection, long flags, long fd, size_t offset) {
  long mapped = call(SYS_mmap, (long)at, (long)length, protection, flags | MAP_PRIVATE, fd, (long)offset);
  if (failed(mapped)) fail("mapping the dynamic loader", MORE_MEMORY);
  return (uintptr_t)mapped;
}

/* Writes the whole library, and sees that it can be executed from there. Returns 0 or an error. */
static long fill(long fd, const char *from, size_t size) {
  for (size_t left = size; left > 0;) {
    long written = call(SYS_write, fd, (long)(from + size - left), (long)left, 0, 0, 0);
    if (failed(written)) return written;
    left -= (size_t)written;
  }
  long mapped = call(SYS_mmap, 0, (long)PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
  if (failed(mapped)) return mapped;
  call(SYS_munmap, mapped, (long)PAGE, 0, 0, 0, 0);
  return 0;
}

/* Fills a new file. Its descriptor is not below 3, where it would become the command's stdio. */
static long fill_above_stdio(long fd, const char *from, size_t size) {
  if (!failed(fd) && fd < 3) {
    long higher = call(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 3, 0, 0, 0);
    call(SYS_close, fd, 0, 0, 0, 0, 0);
    fd = higher;
  }
  if (failed(fd)) return fd;
  long error = fill(fd, from, size);
  if (error == 0) return fd;
  call(SYS_close, fd, 0, 0, 0, 0, 0);
  return error;
}

/* A file without a name in a folder. Not inlined: the path is not to stand on the stack of others. */
__attribute__((noinline)) static long in_folder(const char *folder, const char *from, size_t size) {
  char path[PATH_MAX];
  static const char name[] = "/.koordinator.000000";
  size_t length = length_of(folder);
  if (length + sizeof name > sizeof path) return -ENAMETOOLONG;
  copy(path, folder, length);
  copy(path + length, name, sizeof name);
  /* other containers that share the folder have other numbers of processes, or the same */
  long number = call(SYS_getpid, 0, 0, 0, 0, 0, 0);
  long fd = -EEXIST;
  for (int attempt = 0; fd == -EEXIST && attempt < 100; attempt++, number += 7919) {
    char *digit = path + length + sizeof name - 2;
    for (long rest = number, i = 0; i < 6; i++, rest /= 10) *digit-- = (char)('0' + rest % 10);
    fd = call(SYS_openat, AT_FDCWD, (long)path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0700, 0, 0);
  }
  if (!failed(fd)) call(SYS_unlinkat, AT_FDCWD, (long)path, 0, 0, 0, 0);
  return fill_above_stdio(fd, from, size);
}

/* Gives a library a descriptor: a file in memory, else one in the first folder that allows it. */
static long provide(const char *from, size_t size, const char *temporary) {
  long name = (long)"koordinator";
  long fd = fill_above_stdio(call(SYS_memfd_create, name, MFD_CLOEXEC, 0, 0, 0, 0), from, size);
  /* vm.memfd_noexec=2 insists on a mode without the right to execute, which mapping does not need */
  if (fd == -EACCES)
    fd = fill_above_stdio(call(SYS_memfd_create, name, MFD_CLOEXEC | MFD_NOEXEC_SEAL, 0, 0, 0, 0), from, size);
  if (fd == -EMFILE || fd == -ENFILE) fail("memfd_create", MORE_FILES);
  if (fd == -ENOMEM) fail("mapping a library", MORE_MEMORY);
  if (fd == -EFBIG) fail("writing a library", "raise the limit of file sizes (RLIMIT_FSIZE): 4 MB will do");
  if (failed(fd) && temporary != NULL) fd = in_folder(temporary, from, size);
  if (failed(fd)) fd = in_folder("/dev/shm", from, size);
  if (failed(fd)) fd = in_folder("/tmp", from, size);
  if (failed(fd))
    fail("memfd_create",
         "allow it in the seccomp profile, or set TMPDIR to a folder that is writable and not noexec");
  return fd;
}

/* "/proc/self/fd/////4": /proc knows no leading zeros, and slashes count as one */
static void write_number(char *digit, long number) {
  for (int i = 0; i < 6; i++, digit--) {
    *digit = number > 0 ? (char)('0' + number % 10) : '/';
    number /= 10;
  }
}

/* Maps ld.so as the kernel would, out of the executable, and returns where. */
static uintptr_t map_interpreter(const char *image, size_t offset, long executable) {
  const Elf64_Ehdr *header = (const Elf64_Ehdr *)image;
  const Elf64_Phdr *program = (const Elf64_Phdr *)(image + header->e_phoff);
  uintptr_t span = 0;
  for (int i = 0; i < header->e_phnum; i++)
    if (program[i].p_type == PT_LOAD && program[i].p_vaddr + program[i].p_memsz > span)
      span = program[i].p_vaddr + program[i].p_memsz;
  span = (span + PAGE - 1) & -PAGE;
  /* fresh pages are zero up to their end, as ld.so's first allocator expects of its last one */
  uintptr_t base = map(0, span, PROT_READ | PROT_WRITE, MAP_ANONYMOUS, -1, 0);
  for (int i = 0; i < header->e_phnum; i++) {
    const Elf64_Phdr *segment = program + i;
    if (segment->p_type != PT_LOAD) continue;
    if (segment->p_flags & PF_W) {
      copy((char *)base + segment->p_vaddr, image + segment->p_offset, segment->p_filesz);
      continue;
    }
    uintptr_t before = segment->p_vaddr & (PAGE - 1);
    map(base + segment->p_vaddr - before, before + segment->p_filesz,
        PROT_READ | (segment->p_flags & PF_X ? PROT_EXEC : 0), MAP_FIXED, executable,
        offset + segment->p_offset - before);
    advise(base + segment->p_vaddr, segment->p_filesz, MADV_RANDOM);
  }
  return base;
}

/* `stack` is as the kernel made it: argc, argv, envp, auxv. */
__attribute__((used)) struct start load(uintptr_t *stack, char *segment) {
  uintptr_t *environment = stack + 1 + stack[0] + 1;
  answer_probe(stack, environment);
  volatile const struct config *c = &config;
  uint64_t set = c->blocked_signals;
  uint64_t mask = 0;
  call(SYS_rt_sigprocmask, SIG_BLOCK, (long)&set, (long)&mask, sizeof mask, 0, 0);

  if (stack[0] == 0) fail("reading the arguments", "start it with a name in argv[0]");
  exec_ignoring_sigchld(stack, environment, mask);
  hand_over(stack, environment, mask);
  long threads_error = 0;
  uint64_t held = 0;
  if (is_supervisor(stack, environment)) {
    held = hold_command(stack, environment, mask);
    threads_error = try_threads();
  }

  mask |= SIGKILL_BIT;

  uintptr_t *word = environment;
  while (*word != 0) word++;
  Elf64_auxv_t *aux = (Elf64_auxv_t *)(word + 1);
  Elf64_Phdr *program = NULL;
  size_t count = 0;
  for (Elf64_auxv_t *entry = aux; entry->a_type != AT_NULL; entry++) {
    if (entry->a_type == AT_PHDR) program = (Elf64_Phdr *)entry->a_un.a_val;
    if (entry->a_type == AT_PHNUM) count = entry->a_un.a_val;
  }
  if (program == NULL) fail("reading the auxiliary vector", "run it on a Linux kernel");
  read_in_order(program, count);

  long executable = call(SYS_openat, AT_FDCWD, (long)"/proc/self/exe", O_RDONLY | O_CLOEXEC, 0, 0, 0);
  if (executable == -EMFILE || executable == -ENFILE)
    fail("opening /proc/self/exe", MORE_FILES);
  if (failed(executable)) fail("opening /proc/self/exe", "mount /proc, as every container has it");
  check_limits(executable);
  uintptr_t base = map_interpreter(segment + c->interpreter, c->segment_offset + c->interpreter, executable);
  call(SYS_close, executable, 0, 0, 0, 0, 0);

  uintptr_t bias = (uintptr_t)segment - c->segment_address;
  let_compile(stack, c->jitless == 0 ? 0 : bias + c->jitless, bias + c->idle_flag);

  const char *temporary = variable(environment, "TMPDIR");
  if (temporary != NULL && *temporary != '/') temporary = NULL;
  protect((uintptr_t)segment + c->names, c->names_size, PROT_READ | PROT_WRITE);
  for (unsigned i = 0; i < c->library_count; i++) {
    long fd = provide(segment + c->libraries[i].offset, c->libraries[i].size, temporary);
    write_number(segment + c->libraries[i].digits + 5, fd);
  }
  protect((uintptr_t)segment + c->names, c->names_size, PROT_READ);

  for (Elf64_auxv_t *entry = aux; entry->a_type != AT_NULL; entry++) {
    if (entry->a_type == AT_BASE) entry->a_un.a_val = base;
    if (entry->a_type == AT_ENTRY)
      entry->a_un.a_val = bias + c->program_entry;
  }
  /* ld.so takes its own name from PT_INTERP */
  protect((uintptr_t)program, count * sizeof *program, PROT_READ | PROT_WRITE);
  for (size_t i = 0; i < count; i++)
    if (program[i].p_type == PT_SEALED_INTERP) program[i].p_type = PT_INTERP;
  protect((uintptr_t)program, count * sizeof *program, PROT_READ);

  const Elf64_auxv_t added[ADDED] = {
    { .a_type = AT_SIGNAL_MASK, .a_un.a_val = mask },
    { .a_type = AT_SHARE_PAGES, .a_un.a_val = (uintptr_t)share_pages },
    { .a_type = AT_CLOSE_LIBRARIES, .a_un.a_val = (uintptr_t)close_libraries },
    { .a_type = AT_END_PID1, .a_un.a_val = (uintptr_t)let_signals_end_pid1 },
    { .a_type = AT_ENVIRONMENT, .a_un.a_val = (uintptr_t)environment },
    { .a_type = AT_SEARCH_PATH, .a_un.a_val = (uintptr_t)variable(environment, "PATH") },
    { .a_type = AT_HELD_COMMAND, .a_un.a_val = held },
    { .a_type = AT_THREADS_ERROR, .a_un.a_val = (uint64_t)-threads_error },
    { .a_type = AT_KEEP_REAL_TIME, .a_un.a_val = (uintptr_t)keep_real_time_signals },
    { .a_type = AT_FORGET_REAL_TIME, .a_un.a_val = (uintptr_t)forget_real_time_signals },
    { .a_type = AT_IGNORED_SIGNALS, .a_un.a_val = ignored_signals() },
    { .a_type = AT_DROP_PAGES, .a_un.a_val = (uintptr_t)drop_pages },
    { .a_type = AT_KEEP_ERRNO, .a_un.a_val = (uintptr_t)keep_errno_in_handlers },
    { .a_type = AT_DROP_FROM_SPACE, .a_un.a_val = (uintptr_t)drop_from_space },
  };
  const struct initial_stack of = { stack[0], stack + 1, environment, aux };
  size_t room = (room_for_initial_stack(&of) + 15) & ~15UL;
  /* below this function's own frame: nothing is called any more that could overwrite it */
  char *end = own_stack();
  uintptr_t *moved = end != NULL ? (uintptr_t *)(end - room) : __builtin_alloca_with_align(room, 128);
  make_initial_stack(moved, &of, added);
  const Elf64_Ehdr *interpreter = (const Elf64_Ehdr *)(segment + c->interpreter);
  return (struct start){ .entry = base + interpreter->e_entry, .stack = moved };
}

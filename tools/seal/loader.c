/*
 * Runs before everything else in a sealed executable: blocks the signals that would be lost or would
 * end the program before it can listen, gives the program its dynamic loader (ld.so) and libraries
 * out of the executable itself, then starts ld.so as the kernel would have. It uses no library, and
 * leaves the arguments, the environment and /proc/self/exe as they were.
 *
 * seal.ts fills `config` and lays the files behind this code, all in one read-only segment. What
 * differs between processors is in cpu.h.
 */
#include "loader.h"

START;

#define PT_SEALED_INTERP 0x6b6f6f72u /* PT_INTERP, hidden from the kernel: see seal.ts */

/* Our entries of the auxiliary vector: the mask before ours, and where functions are that the program
 * calls. See lib/process/sealed.ts. */
#define AT_SIGNAL_MASK 0x6b6f6f73u
#define AT_SHARE_PAGES 0x6b6f6f74u
#define AT_CLOSE_LIBRARIES 0x6b6f6f75u
#define AT_END_BY_SIGNAL 0x6b6f6f76u

/* Signals that can never be blocked, whose bits say more: that there is a mask, and that SIGPIPE was
 * ignored, which Deno does itself later. */
#define SIGKILL_BIT (1UL << 8)
#define SIGSTOP_BIT (1UL << 18)

__attribute__((section(".config"), used)) volatile const struct config config = {
  .magic = 0x4c4145534b4f4f4bUL, /* "KOOKSEAL" */
};

#define MORE_MEMORY "raise the memory limit of the container, or RLIMIT_AS"
#define MORE_FILES "raise the limit of open files (RLIMIT_NOFILE): 20 will do"

static char *append(char *to, const char *text) {
  size_t length = length_of(text);
  copy(to, text, length);
  return to + length;
}

__attribute__((noreturn)) void give_up(long code, const char *step, const char *remedy) {
  char line[256];
  char *end = append(append(line, "koordinator: loader: "), step);
  end = append(append(append(end, " failed: "), remedy), "\n");
  /* one write, so that the line stays whole among those of other programs */
  call(SYS_write, 2, (long)line, end - line, 0, 0, 0);
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
static long keep(long fd, const char *from, size_t size) {
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
  char path[4096];
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
  return keep(fd, from, size);
}

/* Gives a library a descriptor: a file in memory, else one in the first folder that allows it. */
static long provide(const char *from, size_t size, const char *temporary) {
  long name = (long)"koordinator";
  long fd = keep(call(SYS_memfd_create, name, MFD_CLOEXEC, 0, 0, 0, 0), from, size);
  /* vm.memfd_noexec=2 insists on a mode without the right to execute, which mapping does not need */
  if (fd == -EACCES)
    fd = keep(call(SYS_memfd_create, name, MFD_CLOEXEC | MFD_NOEXEC_SEAL, 0, 0, 0, 0), from, size);
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
  }
  return base;
}

static const char *variable(uintptr_t *environment, const char *name) {
  size_t length = length_of(name);
  for (; *environment != 0; environment++) {
    const char *entry = (const char *)*environment;
    size_t same = 0;
    while (same < length && entry[same] == name[same]) same++;
    if (same == length && entry[length] == '=' && entry[length + 1] != 0) return entry + length + 1;
  }
  return NULL;
}

/* `stack` is as the kernel made it: argc, argv, envp, auxv. */
__attribute__((used)) struct start load(uintptr_t *stack, char *segment) {
  volatile const struct config *c = &config;
  uint64_t set = c->blocked_signals;
  uint64_t mask = 0;
  call(SYS_rt_sigprocmask, SIG_BLOCK, (long)&set, (long)&mask, sizeof mask, 0, 0);

  if (stack[0] == 0) fail("reading the arguments", "start it with a name in argv[0]");
  uintptr_t *environment = stack + 1 + stack[0] + 1;
  become_ignoring_sigchld(stack, environment, mask);
  become(stack, environment, mask);

  mask |= SIGKILL_BIT | (is_ignored(SIGPIPE) ? SIGSTOP_BIT : 0);

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

  long executable = call(SYS_openat, AT_FDCWD, (long)"/proc/self/exe", O_RDONLY | O_CLOEXEC, 0, 0, 0);
  if (executable == -EMFILE || executable == -ENFILE)
    fail("opening /proc/self/exe", MORE_FILES);
  if (failed(executable)) fail("opening /proc/self/exe", "mount /proc, as every container has it");
  uintptr_t base = map_interpreter(segment + c->interpreter, c->segment_offset + c->interpreter, executable);
  call(SYS_close, executable, 0, 0, 0, 0, 0);

  const char *temporary = variable(environment, "TMPDIR");
  protect((uintptr_t)segment + c->names, c->names_size, PROT_READ | PROT_WRITE);
  for (unsigned i = 0; i < c->library_count; i++) {
    long fd = provide(segment + c->libraries[i].offset, c->libraries[i].size, temporary);
    write_number(segment + c->libraries[i].digits + 5, fd);
  }
  protect((uintptr_t)segment + c->names, c->names_size, PROT_READ);

  Elf64_auxv_t *entry = aux;
  for (; entry->a_type != AT_NULL; entry++) {
    if (entry->a_type == AT_BASE) entry->a_un.a_val = base;
    if (entry->a_type == AT_ENTRY)
      entry->a_un.a_val = (uintptr_t)segment - c->segment_address + c->program_entry;
  }
  /* ld.so takes its own name from PT_INTERP */
  protect((uintptr_t)program, count * sizeof *program, PROT_READ | PROT_WRITE);
  for (size_t i = 0; i < count; i++)
    if (program[i].p_type == PT_SEALED_INTERP) program[i].p_type = PT_INTERP;
  protect((uintptr_t)program, count * sizeof *program, PROT_READ);

  Elf64_auxv_t added[ADDED];
  added[0].a_type = AT_SIGNAL_MASK;
  added[0].a_un.a_val = mask;
  added[1].a_type = AT_SHARE_PAGES;
  added[1].a_un.a_val = (uintptr_t)share_pages;
  added[2].a_type = AT_CLOSE_LIBRARIES;
  added[2].a_un.a_val = (uintptr_t)close_libraries;
  added[3].a_type = AT_END_BY_SIGNAL;
  added[3].a_un.a_val = (uintptr_t)end_by_signal;
  /* below this function's own frame: nothing is called any more that could overwrite it */
  uintptr_t *moved = __builtin_alloca_with_align(room_for(stack, entry), 128);
  extend(moved, stack, entry, added);
  const Elf64_Ehdr *interpreter = (const Elf64_Ehdr *)(segment + c->interpreter);
  return (struct start){ .entry = base + interpreter->e_entry, .stack = moved };
}

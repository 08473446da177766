/*
 * Runs before everything else in a sealed executable: gives the program its dynamic loader (ld.so)
 * and libraries out of the executable itself, then starts ld.so as the kernel would have. It uses no
 * library, keeps nothing, and leaves argv, the environment and /proc/self/exe as they were.
 *
 * seal.ts fills `config` and lays the files behind this code, all in one read-only segment.
 */
#include <elf.h>
#include <stddef.h>
#include <stdint.h>

#define MAX_LIBRARIES 12
#define PAGE 4096UL
#define PT_SEALED_INTERP 0x6b6f6f72u /* PT_INTERP, hidden from the kernel: see seal.ts */

struct config {
  uint64_t magic;
  uint64_t segment_address; /* link-time address of this segment */
  uint64_t names; /* offset of the page-aligned string table that ld.so reads, and its size */
  uint64_t names_size;
  uint64_t program_entry; /* link-time entry of the program */
  uint64_t interpreter; /* offset of ld.so in this segment */
  uint64_t library_count;
  struct {
    uint64_t offset, size; /* in this segment */
    uint64_t digits; /* offset of the slot in which the descriptor's number goes */
  } libraries[MAX_LIBRARIES];
};

__attribute__((section(".config"), used)) volatile const struct config config = {
  .magic = 0x4c4145534b4f4f4bUL, /* "KOOKSEAL" */
};

#if defined(__x86_64__)
__asm__(
  ".section .text.start,\"ax\"\n"
  ".globl _start\n"
  "_start:\n"
  "  mov %rsp, %rbx\n"
  "  mov %rsp, %rdi\n"
  "  lea _start(%rip), %rsi\n"
  "  and $-16, %rsp\n"
  "  call load\n"
  "  mov %rbx, %rsp\n"
  "  xor %edx, %edx\n" /* no exit function to register (System V ABI, 3.4.1) */
  "  jmp *%rax\n"
  ".text\n");

enum { SYS_write = 1, SYS_mmap = 9, SYS_mprotect = 10, SYS_exit_group = 231, SYS_memfd_create = 319 };

static long call6(long n, long a, long b, long c, long d, long e, long f) {
  register long r10 __asm__("r10") = d, r8 __asm__("r8") = e, r9 __asm__("r9") = f;
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}
#else
#error "the loader knows x86_64 alone"
#endif

#define PROT_READ 1
#define PROT_WRITE 2
#define PROT_EXEC 4
#define MAP_PRIVATE 2
#define MAP_ANONYMOUS 32
#define MFD_CLOEXEC 1

static void say(const char *text) {
  size_t length = 0;
  while (text[length] != 0) length++;
  call6(SYS_write, 2, (long)text, (long)length, 0, 0, 0);
}

__attribute__((noreturn)) static void fail(const char *step, const char *remedy) {
  say("koordinator: loader: ");
  say(step);
  say(" failed: ");
  say(remedy);
  say("\n");
  for (;;) call6(SYS_exit_group, 125, 0, 0, 0, 0, 0);
}

static int failed(long result) { return result < 0 && result > -4096; }

static void copy(char *to, const char *from, size_t length) {
  __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(length) : : "memory");
}

static void protect(uintptr_t from, size_t length, long protection) {
  uintptr_t start = from & -PAGE;
  uintptr_t end = (from + length + PAGE - 1) & -PAGE;
  if (failed(call6(SYS_mprotect, (long)start, (long)(end - start), protection, 0, 0, 0)))
    fail("mprotect", "a security policy of the host forbids it");
}

/* Puts a library into memory of its own and its descriptor into the name that ld.so will open. */
static void provide(char *segment, volatile const struct config *c, unsigned index) {
  long fd = call6(SYS_memfd_create, (long)"koordinator", MFD_CLOEXEC, 0, 0, 0, 0);
  if (failed(fd)) fail("memfd_create", "it needs Linux 3.17 and a seccomp profile that allows it");
  const char *from = segment + c->libraries[index].offset;
  size_t left = c->libraries[index].size;
  while (left > 0) {
    long written = call6(SYS_write, fd, (long)from, (long)left, 0, 0, 0);
    if (failed(written) || written == 0) fail("write to a memfd", "the container has no memory left");
    from += written;
    left -= (size_t)written;
  }
  /* "/proc/self/fd/////4": /proc knows no leading zeros, and slashes count as one */
  char *digit = segment + c->libraries[index].digits + 5;
  for (int i = 0; i < 6; i++, digit--) {
    *digit = fd > 0 ? (char)('0' + fd % 10) : '/';
    fd /= 10;
  }
}

static uintptr_t map_interpreter(const char *image, uintptr_t *entry) {
  const Elf64_Ehdr *header = (const Elf64_Ehdr *)image;
  const Elf64_Phdr *program = (const Elf64_Phdr *)(image + header->e_phoff);
  uintptr_t span = 0;
  for (int i = 0; i < header->e_phnum; i++)
    if (program[i].p_type == PT_LOAD && program[i].p_vaddr + program[i].p_memsz > span)
      span = program[i].p_vaddr + program[i].p_memsz;
  span = (span + PAGE - 1) & -PAGE;
  long base = call6(SYS_mmap, 0, (long)span, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (failed(base)) fail("mmap", "the container has no memory left");
  /* fresh pages are zero up to their end, as ld.so's first allocator expects of its last one */
  for (int i = 0; i < header->e_phnum; i++)
    if (program[i].p_type == PT_LOAD)
      copy((char *)base + program[i].p_vaddr, image + program[i].p_offset, program[i].p_filesz);
  for (int i = 0; i < header->e_phnum; i++) {
    if (program[i].p_type != PT_LOAD || (program[i].p_flags & PF_W)) continue;
    protect((uintptr_t)base + program[i].p_vaddr, program[i].p_memsz,
            PROT_READ | (program[i].p_flags & PF_X ? PROT_EXEC : 0));
  }
  *entry = (uintptr_t)base + header->e_entry;
  return (uintptr_t)base;
}

/* Returns the entry of ld.so. `stack` is as the kernel made it: argc, argv, envp, auxv. */
__attribute__((used)) uintptr_t load(uintptr_t *stack, char *segment) {
  volatile const struct config *c = &config;
  uintptr_t *word = stack + 1 + stack[0] + 1;
  while (*word != 0) word++;
  Elf64_auxv_t *aux = (Elf64_auxv_t *)(word + 1);

  protect((uintptr_t)segment + c->names, c->names_size, PROT_READ | PROT_WRITE);
  for (unsigned i = 0; i < c->library_count; i++) provide(segment, c, i);
  protect((uintptr_t)segment + c->names, c->names_size, PROT_READ);

  uintptr_t entry = 0;
  uintptr_t base = map_interpreter(segment + c->interpreter, &entry);

  Elf64_Phdr *program = NULL;
  size_t count = 0;
  for (; aux->a_type != AT_NULL; aux++) {
    if (aux->a_type == AT_PHDR) program = (Elf64_Phdr *)aux->a_un.a_val;
    if (aux->a_type == AT_PHNUM) count = aux->a_un.a_val;
    if (aux->a_type == AT_BASE) aux->a_un.a_val = base;
    if (aux->a_type == AT_ENTRY)
      aux->a_un.a_val = (uintptr_t)segment - c->segment_address + c->program_entry;
  }
  if (program == NULL) fail("reading the auxiliary vector", "this is no Linux kernel that we know");
  /* ld.so takes its own name from PT_INTERP */
  protect((uintptr_t)program, count * sizeof *program, PROT_READ | PROT_WRITE);
  for (size_t i = 0; i < count; i++)
    if (program[i].p_type == PT_SEALED_INTERP) program[i].p_type = PT_INTERP;
  protect((uintptr_t)program, count * sizeof *program, PROT_READ);
  return entry;
}

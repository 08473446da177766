/*
 * Gives memory back: what Deno's runtime lays out at every start, the same bytes at the same
 * addresses, is replaced by the same bytes of the executable. All processes share those, and the
 * kernel may drop and read them again at will. A page that is written to later becomes private again.
 *
 * tools/seal/resting_pages.ts finds out which pages are the same at every start and lays them behind
 * the loader. Only pages that are equal in this very process are replaced, so that another kernel or
 * processor, on which they lie elsewhere, costs nothing but what could have been saved.
 */
#include "loader.h"

struct run {
  uint64_t address;
  uint64_t pages;
  uint64_t protection; /* PROT_READ, PROT_WRITE: of mmap(2) */
  uint64_t content; /* offset in this segment */
};

int is_readable(uintptr_t at) {
  return call(SYS_rt_sigprocmask, -1, (long)at, 0, 8, 0, 0) != -EFAULT;
}

static long share_runs(long executable) {
  volatile const struct config *c = &config;
  char *segment = segment_start();
  const struct run *runs = (const struct run *)(segment + c->runs);
  uintptr_t contents = (uintptr_t)segment + runs[0].content;
  const struct run *last = runs + c->run_count - 1;
  advise(contents, last->content + last->pages * SMALL_PAGE - runs[0].content, MADV_WILLNEED);
  long shared = 0;
  for (uint64_t i = 0; i < c->run_count; i++) {
    for (uint64_t page = 0; page < runs[i].pages;) {
      uint64_t first = page;
      while (page < runs[i].pages) {
        uintptr_t at = runs[i].address + page * SMALL_PAGE;
        const char *content = segment + runs[i].content + page * SMALL_PAGE;
        if (!is_readable(at) || !are_equal_pages((const char *)at, content)) break;
        page++;
      }
      if (page > first) {
        long mapped = call(SYS_mmap, (long)(runs[i].address + first * SMALL_PAGE),
                           (long)((page - first) * SMALL_PAGE), (long)runs[i].protection,
                           MAP_PRIVATE | MAP_FIXED, executable,
                           (long)(c->segment_offset + runs[i].content + first * SMALL_PAGE));
        if (!failed(mapped)) shared += (long)(page - first);
        /* as for all of the program: reading.c */
        if (!failed(mapped)) advise((uintptr_t)mapped, (page - first) * SMALL_PAGE, MADV_RANDOM);
      } else {
        page++;
      }
    }
  }
  return shared;
}

/*
 * To be called while no other thread uses these pages: V8 is single-threaded here. Nothing happens
 * between the comparison and the replacement, which JavaScript could not promise.
 * Returns how many pages are shared now, or an error.
 */
__attribute__((used)) long share_pages(void) {
  volatile const struct config *c = &config;
  long executable = call(SYS_openat, AT_FDCWD, (long)"/proc/self/exe", O_RDONLY | O_CLOEXEC, 0, 0, 0);
  if (failed(executable)) return executable;
  long shared = share_payload(executable);
  if (c->run_count > 0) shared += share_runs(executable);
  call(SYS_close, executable, 0, 0, 0, 0, 0);
  return shared;
}

/*
 * Lets go of what is only read of the program, code and constants: half of it was for the start alone. What
 * is used again is mapped again from the file, sixteen pages at once. So there is less for the kernel to
 * take apart when this process ends, which whoever waits for its end waits for: a microsecond for a few
 * pages, and a start has used 12,000.
 *
 * The first page of each part stays: the loader has written into the program's headers. So does this
 * segment.
 */
__attribute__((used)) long drop_pages(void) {
  volatile const struct config *c = &config;
  uintptr_t bias = (uintptr_t)segment_start() - c->segment_address;
  long executable = call(SYS_openat, AT_FDCWD, (long)"/proc/self/exe", O_RDONLY | O_CLOEXEC, 0, 0, 0);
  if (failed(executable)) return executable;
  uint64_t head[256];
  long length = call(SYS_read, executable, (long)head, sizeof head, 0, 0, 0);
  call(SYS_close, executable, 0, 0, 0, 0, 0);
  const Elf64_Ehdr *file = (const Elf64_Ehdr *)head;
  if (length != sizeof head || file->e_phoff + file->e_phnum * sizeof(Elf64_Phdr) > sizeof head) return -ENOENT;
  const Elf64_Phdr *part = (const Elf64_Phdr *)((const char *)head + file->e_phoff);
  for (const Elf64_Phdr *end = part + file->e_phnum; part < end; part++) {
    if (part->p_type != PT_LOAD || (part->p_flags & PF_W) != 0 || part->p_vaddr == c->segment_address) continue;
    if (part->p_filesz > PAGE) advise(bias + part->p_vaddr + PAGE, (part->p_filesz - PAGE) & -PAGE, MADV_DONTNEED);
  }
  return 0;
}
